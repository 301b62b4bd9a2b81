package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A runtime whose one model reads token ids. For each token it puts out {@code [id, id squared,
 * position]}, and a thousand where the mask is 0; for each text also the row {@code [first id, last
 * id]}. The model {@code constant} puts out ones for tokens, the model {@code nan} a NaN.
 */
final class TextModel implements ModelRuntime {
  final List<Map<String, Tensor>> runs = new ArrayList<>();
  private final String idType;
  private final String answerType;
  private final List<String> names;
  private final long batch;
  private final long length;

  TextModel(long batch, long length, String... names) {
    this("INT64", "FLOAT", batch, length, names);
  }

  private TextModel(String ids, String answers, long batch, long length, String... names) {
    this.idType = ids;
    this.answerType = answers;
    this.batch = batch;
    this.length = length;
    this.names = List.of(names);
  }

  static TextModel usual() {
    return new TextModel(-1, -1, "input_ids", "attention_mask", "token_type_ids");
  }

  /** With int32 inputs and outputs in half precision. */
  static TextModel narrow() {
    return new TextModel("INT32", "FLOAT16", -1, -1, "input_ids", "attention_mask");
  }

  @Override
  public String version() {
    return "fake 1";
  }

  @Override
  public Session open(byte[] model, int threads) {
    return new TextSession(new String(model, StandardCharsets.UTF_8));
  }

  @Override
  public Session open(Path file, int threads) {
    return new TextSession("tokens");
  }

  @Override
  public List<ExecutedNode> executedNodes(byte[] model) {
    return List.of();
  }

  private final class TextSession implements Session {
    private final String word;

    TextSession(String word) {
      this.word = word;
    }

    @Override
    public List<Port> inputs() {
      return names.stream().map(name -> new Port(name, idType, List.of(batch, length))).toList();
    }

    @Override
    public List<Port> outputs() {
      return List.of(
          new Port("tokens", answerType, List.of(batch, length, 3L)),
          new Port("row", answerType, List.of(batch, 2L)));
    }

    @Override
    public List<Tensor> run(Map<String, Tensor> inputs) {
      runs.add(inputs);
      Tensor.Longs ids = (Tensor.Longs) inputs.get("input_ids");
      int tokens = (int) ids.shape()[1];
      if (ids.shape()[0] != 1 || (length > 0 && tokens != length)) {
        throw new RuntimeFailure("fed with " + Arrays.toString(ids.shape()), null);
      }
      float[] values = new float[tokens * 3];
      for (int i = 0; i < tokens; i++) {
        boolean kept =
            !(inputs.get("attention_mask") instanceof Tensor.Longs mask) || mask.values()[i] == 1;
        long id = ids.values()[i];
        values[3 * i] = kept ? id : 1000;
        values[3 * i + 1] = kept ? id * id : 1000;
        values[3 * i + 2] = kept ? i : 1000;
      }
      if (word.equals("constant")) {
        Arrays.fill(values, 1);
      }
      if (word.equals("nan")) {
        values[0] = Float.NaN;
      }
      return List.of(
          new Tensor.Floats(values, new long[] {1, tokens, 3}),
          new Tensor.Floats(
              new float[] {ids.values()[0], ids.values()[tokens - 1]}, new long[] {1, 2}));
    }

    @Override
    public Prepared prepare(Map<String, Tensor> inputs) {
      throw new UnsupportedOperationException("nothing here is timed");
    }

    @Override
    public void close() {}
  }
}
