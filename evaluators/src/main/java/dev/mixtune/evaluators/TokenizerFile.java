package dev.mixtune.evaluators;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer.json says beside the words: how long a text may be, and how shorter ones are
 * filled up.
 *
 * @param maxTokens where it cuts texts; empty where it does not
 * @param padId the token that fills up, 0 where it names none
 */
record TokenizerFile(OptionalInt maxTokens, int padId) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the settings.
   *
   * @throws UserException when the file is no tokenizer
   */
  static TokenizerFile read(Path file) {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw broken(file, "is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw broken(file, "cannot be read: " + e, e);
    }
    if (root == null || !root.path("model").isObject()) {
      throw broken(file, "has no 'model'", null);
    }
    int most = root.path("truncation").path("max_length").asInt();
    return new TokenizerFile(
        most > 0 ? OptionalInt.of(most) : OptionalInt.empty(),
        root.path("padding").path("pad_id").asInt(0));
  }

  static UserException broken(Path file, String problem, @Nullable Exception cause) {
    String wayOut =
        "Name the tokenizer.json that was published with the model (Hugging Face's format)";
    return cause == null
        ? new UserException("inputs[0].tokenizer " + file + " " + problem, wayOut)
        : new UserException("inputs[0].tokenizer " + file + " " + problem, wayOut, cause);
  }
}
