package dev.mixtune.evaluators;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.yaml.snakeyaml.LoaderOptions;

/** Reads a YAML file that may be hostile: limited in size and depth, without aliases. */
final class YamlTree {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 20;

  private YamlTree() {}

  static JsonNode read(Path file) {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MAX_BYTES);
    limits.setNestingDepthLimit(MAX_DEPTH);
    YAMLFactory factory =
        YAMLFactory.builder()
            .loaderOptions(limits)
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    ObjectMapper mapper =
        new ObjectMapper(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UserException(
            "task file " + file + " has " + Files.size(file) + " bytes",
            "A task file is YAML of at most "
                + MAX_BYTES
                + " bytes: name the data, do not embed it");
      }
      byte[] bytes = Files.readAllBytes(file);
      refuseAliases(file, factory, bytes);
      return mapper.readTree(bytes);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new UserException(
          "task file " + file + where + " is not valid YAML: " + e.getOriginalMessage(),
          "Maybe the indentation is off, a key stands twice, or a value with ':' needs quotes",
          e);
    } catch (IOException e) {
      throw new UserException(
          "task file " + file + " cannot be read: " + e, "Check its permissions", e);
    }
  }

  /** Jackson would read an alias as text, silently: what the user wrote would be lost. */
  private static void refuseAliases(Path file, YAMLFactory factory, byte[] bytes)
      throws IOException {
    try (YAMLParser parser = factory.createParser(bytes)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw new UserException(
              "task file "
                  + file
                  + ", line "
                  + parser.currentTokenLocation().getLineNr()
                  + " uses a YAML alias (*name)",
              "Write the value out: task files have no anchors and aliases");
        }
      }
    }
  }
}
