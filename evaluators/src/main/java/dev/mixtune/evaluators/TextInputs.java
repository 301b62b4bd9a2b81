package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Texts as token ids. Each text is a run of its own, at batch 1 and at its own length: what a
 * dynamically quantized plan answers depends on batch mates and padding.
 */
final class TextInputs extends ModelInputs {
  private final List<List<String>> texts;
  private final List<List<Tokens>> tokens;
  private final TextPorts ports;
  private final Pooling pooling;
  private final int padId;

  /**
   * @param texts of each sample
   * @param tokens of each text
   * @param padId fills up texts for models of a fixed length
   */
  TextInputs(
      List<List<String>> texts,
      List<List<Tokens>> tokens,
      TextPorts ports,
      Pooling pooling,
      int padId) {
    this.texts = texts;
    this.tokens = tokens;
    this.ports = ports;
    this.pooling = pooling;
    this.padId = padId;
  }

  @Override
  public int size() {
    return texts.size();
  }

  @Override
  int mostPerRun() {
    return 1;
  }

  @Override
  Feed feed(int[] indices) {
    List<Map<String, Tensor>> runs = new ArrayList<>();
    for (Tokens text : tokens.get(indices[0])) {
      int length = ports.length() > 0 ? ports.length() : text.length();
      runs.add(
          tensors(
              1,
              length,
              i -> i < text.length() ? text.ids()[i] : padId,
              i -> i < text.length() ? 1 : 0,
              i -> i < text.length() ? text.types()[i] : 0));
    }
    return new Feed(runs);
  }

  @Override
  OutputReader outputReader() {
    return (outputs, inputs, fed) ->
        pooling.pool(
            outputs,
            inputs.get(TextPorts.MASK) instanceof Tensor.Longs mask ? mask.values() : null);
  }

  /** Texts in a row until the length is reached: what one token is does not change the time. */
  @Override
  Map<String, Tensor> deployment(int[] indices, int sequence) {
    int length = ports.length() > 0 ? ports.length() : sequence;
    int[] ids = new int[indices.length * length];
    for (int row = 0; row < indices.length; row++) {
      int filled = 0;
      for (int sample = indices[row]; filled < length; sample = (sample + 1) % size()) {
        int[] next = tokens.get(sample).get(0).ids();
        int taken = Math.min(next.length, length - filled);
        System.arraycopy(next, 0, ids, row * length + filled, taken);
        filled += taken;
      }
    }
    return tensors(indices.length, length, i -> ids[i], i -> 1, i -> 0);
  }

  private Map<String, Tensor> tensors(
      int batch, int length, IntUnaryOperator ids, IntUnaryOperator mask, IntUnaryOperator types) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : ports.names().stream().sorted().toList()) {
      IntUnaryOperator values =
          name.equals(TextPorts.IDS) ? ids : name.equals(TextPorts.MASK) ? mask : types;
      long[] filled = new long[batch * length];
      Arrays.setAll(filled, values::applyAsInt);
      tensors.put(name, new Tensor.Longs(filled, new long[] {batch, length}));
    }
    return tensors;
  }

  @Override
  long bytes(int[] indices) {
    long count = 0;
    for (int index : indices) {
      for (Tokens text : tokens.get(index)) {
        count += Math.max(text.length(), ports.length());
      }
    }
    return count * Long.BYTES * ports.names().size();
  }

  /** Of the texts themselves: equal texts are equal samples, whatever the tokenizer. */
  @Override
  String hash(int index) {
    MessageDigest digest = Digests.sha256();
    for (String text : texts.get(index)) {
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {
    // Everything is in memory.
  }
}
