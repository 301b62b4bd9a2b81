package dev.mixtune.evaluators;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.mixtune.engine.UserException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Cuts texts into tokens as the model's tokenizer.json says, special tokens included; never filled
 * up, whatever that file says of padding. The opener closes it.
 */
final class TextTokenizer implements AutoCloseable {
  private final Path file;
  private final HuggingFaceTokenizer tokenizer;

  private TextTokenizer(Path file, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a tokenizer.json.
   *
   * @param maxTokens longer texts are cut
   * @param cache folder that keeps the native library between runs
   * @throws UserException when the file is no tokenizer, or the library does not load
   */
  static TextTokenizer open(Path file, int maxTokens, Path cache) {
    TokenizerNatives.use(cache);
    String most = Integer.toString(maxTokens);
    Map<String, String> options =
        Map.of("padding", "false", "truncation", "true", "maxLength", most, "modelMaxLength", most);
    try {
      // From memory: beside a file, DJL would look for further settings.
      return new TextTokenizer(
          file,
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(Files.readAllBytes(file)), options));
    } catch (EngineException | UnsatisfiedLinkError | ExceptionInInitializerError e) {
      throw new UserException(
          "the tokenizers' native library does not load here: " + e.getMessage(),
          "It is made for Linux (x86-64, AArch64 with glibc 2.28), macOS and Windows; elsewhere"
              + " bring the token ids as .npy arrays",
          e);
    } catch (IOException | RuntimeException e) {
      throw TokenizerFile.broken(file, "is refused: " + e.getMessage(), e);
    }
  }

  /**
   * @throws UserException when the tokenizer contradicts itself, which only a text shows
   */
  Tokens tokens(String text) {
    Encoding encoding = encoding(text);
    return new Tokens(ints(encoding.getIds()), ints(encoding.getTypeIds()));
  }

  private Encoding encoding(String text) {
    try {
      return tokenizer.encode(text);
    } catch (RuntimeException e) {
      throw TokenizerFile.broken(file, "cannot cut a text: " + e.getMessage(), e);
    }
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
