package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Token ids and masks that were made elsewhere, as arrays for several int64 inputs. */
class TokenizedInputsTest {
  private static final int SAMPLES = 60;

  @TempDir Path folder;

  /** Answers with the class "how many tokens are kept": one hot. */
  private static final class Counter implements ModelRuntime {
    @Override
    public String version() {
      return "fake 1";
    }

    @Override
    public Session open(byte[] model, int threads) {
      return session();
    }

    @Override
    public Session open(Path file, int threads) {
      return session();
    }

    @Override
    public List<ExecutedNode> executedNodes(byte[] model) {
      return List.of();
    }

    private static Session session() {
      return new Session() {
        @Override
        public List<Port> inputs() {
          return List.of(
              new Port("ids", "INT64", List.of(-1L, -1L)),
              new Port("mask", "INT64", List.of(-1L, 4L)));
        }

        @Override
        public List<Port> outputs() {
          return List.of(new Port("y", "FLOAT", List.of(-1L, 5L)));
        }

        @Override
        public List<Tensor> run(Map<String, Tensor> inputs) {
          Tensor.Longs ids = (Tensor.Longs) inputs.get("ids");
          Tensor.Longs mask = (Tensor.Longs) inputs.get("mask");
          int rows = (int) ids.shape()[0];
          float[] y = new float[rows * 5];
          for (int i = 0; i < rows; i++) {
            int kept = 0;
            for (int j = 0; j < 4; j++) {
              kept += mask.values()[4 * i + j] == 1 && ids.values()[4 * i + j] > 0 ? 1 : 0;
            }
            y[5 * i + kept] = 1;
          }
          return List.of(new Tensor.Floats(y, new long[] {rows, 5}));
        }

        @Override
        public Prepared prepare(Map<String, Tensor> inputs) {
          throw new UnsupportedOperationException("nothing here is timed");
        }

        @Override
        public void close() {}
      };
    }
  }

  private Task task(String ids, String mask) throws IOException {
    Files.writeString(folder.resolve("m.onnx"), "fake");
    Path file = folder.resolve("t.task.yaml");
    Files.writeString(
        file,
        "model: m.onnx\ninputs:\n  - "
            + ids
            + "\n  - "
            + mask
            + "\nlabels: y.npy\nmetric: top1\ncalibration: {samples: 10}\n");
    return TaskFile.read(file);
  }

  private void arrays() {
    byte[] masks = new byte[4 * SAMPLES];
    long[] ids = new long[4 * SAMPLES];
    long[] labels = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      for (int j = 0; j < 4; j++) {
        ids[4 * i + j] = 1 + 4L * i + j;
        masks[4 * i + j] = (byte) (j < i % 5 ? 1 : 0);
      }
      // One sample in six has a wrong label.
      labels[i] = i % 6 == 0 ? (i + 1) % 5 : i % 5;
    }
    Npy.write(folder.resolve("ids.npy"), "<i8", "(60, 4)", Npy.longs(ids));
    Npy.write(folder.resolve("mask.npy"), "|u1", "(60, 4)", masks);
    Npy.write(folder.resolve("y.npy"), "<i8", "(60,)", Npy.longs(labels));
  }

  @Test
  void severalIntegerInputsAreFedSampleBySample() throws IOException {
    arrays();
    Task task = task("{name: ids, source: ids.npy}", "{name: mask, source: mask.npy}");
    Counter runtime = new Counter();
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), new AccuracyEvaluator.Settings(7, 999, 0.95));
      int right = (int) data.search().indices().stream().filter(sample -> sample % 6 != 0).count();
      Outcome outcome = evaluator.score(new byte[0], data.search());
      assertThat(((Outcome.Scored) outcome).score().counts())
          .contains(new PairedScore.Counts(right, 0, 0));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: mask, source: floats.npy}|holds float32",
        "{name: mask, source: long.npy}|has samples of 5",
        "{name: mask, source: mask.npy, mean: 1}|is scaled by mean and std",
      })
  void whatDoesNotFitIsRefused(String mask, String named) throws IOException {
    arrays();
    Npy.write(folder.resolve("floats.npy"), "<f4", "(60, 4)", new byte[960]);
    Npy.write(folder.resolve("long.npy"), "|u1", "(60, 5)", new byte[300]);
    Task task = task("{name: ids, source: ids.npy}", mask);
    try (Session session = new Counter().open(task.model(), 1)) {
      assertThatThrownBy(() -> TaskData.open(task, session, 1))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("inputs[1].source")
          .hasMessageContaining(named)
          .hasMessageContaining("int64");
    }
  }
}
