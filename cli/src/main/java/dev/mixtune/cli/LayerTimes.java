package dev.mixtune.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers how long layers take, in a file of the user's cache folder: one for each machine,
 * runtime and number of threads, one line for each shape and scheme.
 */
final class LayerTimes {
  private static final Logger LOG = LoggerFactory.getLogger(LayerTimes.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Double> ratios;

  private LayerTimes(Path file, Map<String, Double> ratios) {
    this.file = file;
    this.ratios = ratios;
  }

  /**
   * Opens the memory; a damaged one counts as empty.
   *
   * @param folder in which the files lie
   * @param surroundings all that times depend on, beside shape and scheme
   */
  static LayerTimes open(Path folder, String surroundings) {
    String key = Hashes.sha256(surroundings.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    Path file = folder.resolve("times-" + key + ".json");
    Map<String, Double> ratios = new TreeMap<>();
    if (Files.exists(file)) {
      try {
        TreeMap<String, Double> read =
            JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, Double>>() {});
        if (read != null) {
          ratios = read;
          ratios.values().removeIf(ratio -> ratio == null || !(ratio > 0) || ratio.isInfinite());
        }
      } catch (IOException e) {
        LOG.warn("{} is damaged and will be measured anew", file, e);
      }
    }
    return new LayerTimes(file, ratios);
  }

  /**
   * The time of a layer by that of the float layer.
   *
   * @param key its operator, shape and scheme
   * @param measure asked when nobody measured it here before
   */
  double ratio(String key, DoubleSupplier measure) {
    Double known = ratios.get(key);
    if (known != null) {
      return known;
    }
    double measured = measure.getAsDouble();
    ratios.put(key, measured);
    write();
    return measured;
  }

  /** Whole or not at all: another process may read it at the same time. */
  private void write() {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "times", ".part");
      JSON.writeValue(part.toFile(), ratios);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("{} cannot be written: layers will be timed again", file, e);
    }
  }
}
