package dev.mixtune.cli.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OwnedFiles;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a runtime does to its process, the study loses one candidate. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class WorkerRuntimeTest {
  private static final float[] VALUES = {1.5f, -2, Float.MIN_VALUE};

  @TempDir Path shared;
  @TempDir Path other;
  private WorkerRuntime runtime;

  @BeforeEach
  void start() {
    TimeLimits limits = new TimeLimits(Duration.ofSeconds(20), Duration.ofSeconds(2), 10);
    runtime =
        new WorkerRuntime(
            new FaultyWorker.TextRuntime(),
            new WorkerLauncher(List.of("-Xmx64m"), FaultyWorker.class.getName(), List.of()),
            limits,
            new OwnedFiles(shared));
    // The float model goes first; from its times come the limits of the others.
    assertSquares();
  }

  @AfterEach
  void end() {
    runtime.close();
  }

  @ParameterizedTest
  @CsvSource({
    "abort, crashed",
    "killed, was killed",
    "leak, ran out of memory",
    "hang, took longer than 2.0 s"
  })
  void aModelThatKillsItsProcessTwiceHasFailedAndTheNextOneIsScored(String model, String words) {
    try (Session session = runtime.open(bytes(model), 1)) {
      assertThatThrownBy(() -> session.run(floats(VALUES)))
          .isInstanceOf(RuntimeFailure.class)
          .hasMessageContaining("given up after 2 tries")
          .hasMessageContaining(words);
    }
    assertThat(runtime.lostProcesses()).isEqualTo(2);
    assertSquares();
  }

  @Test
  void aModelWhoseProcessDiesOnceIsRunAgainAndAnswersTheSame() {
    Path marker = other.resolve("died");
    try (Session session = runtime.open(bytes("once:" + marker), 1)) {
      assertThat(values(session.run(floats(VALUES)))).containsExactly(squares());
    }
    assertThat(marker).exists();
    assertThat(runtime.lostProcesses()).isEqualTo(1);
  }

  @Test
  void aModelThatDiesWhileItIsTimedHasFailed() {
    try (Session fine = runtime.open(bytes("square"), 1);
        Session.Prepared inputs = fine.prepare(floats(VALUES))) {
      assertThat(inputs.runNanos()).isEqualTo(42);
    }
    try (Session session = runtime.open(bytes("abort"), 1);
        Session.Prepared inputs = session.prepare(floats(VALUES))) {
      assertThatThrownBy(inputs::runNanos)
          .isInstanceOf(RuntimeFailure.class)
          .hasMessageContaining("while it was timed its process crashed");
    }
  }

  @Test
  void aRefusedModelIsNoDeath() {
    assertThatThrownBy(() -> runtime.open(bytes("refuse"), 1))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessage("refused");
    assertThat(runtime.lostProcesses()).isZero();
    assertSquares();
  }

  @Test
  void anAnswerThatCannotBeHandedOverIsNoDeathAndNoFailureOfTheModel() {
    try (Session session = runtime.open(bytes("vast"), 1)) {
      assertThatThrownBy(() -> session.run(floats(VALUES)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("memory cannot be shared with a worker process: 2147483648 bytes");
    }
    assertThat(runtime.lostProcesses()).isZero();
    assertSquares();
    assertThat(runtime.startedProcesses()).isEqualTo(1);
  }

  /** Larger than the first page of the shared memory, and in and out of two types. */
  @Test
  void everyBitArrives() {
    Random random = new Random(7);
    float[] floats = new float[3 * 400_001];
    long[] longs = new long[7];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.intBitsToFloat(random.nextInt());
    }
    for (int i = 0; i < longs.length; i++) {
      longs[i] = random.nextLong();
    }
    try (Session session = runtime.open(bytes("square"), 1)) {
      List<Tensor> answers =
          session.run(
              new java.util.TreeMap<>(
                  Map.of(
                      "a",
                      new Tensor.Longs(longs, new long[] {7, 1}),
                      "b",
                      new Tensor.Floats(floats, new long[] {400_001, 3}))));
      assertThat(((Tensor.Longs) answers.get(0)).values()).containsExactly(longs);
      assertThat(answers.get(0).shape()).containsExactly(7, 1);
      float[] answered = values(answers.subList(1, 2));
      for (int i = 0; i < floats.length; i++) {
        assertThat(Float.floatToRawIntBits(answered[i]))
            .isEqualTo(Float.floatToRawIntBits(floats[i] * floats[i]));
      }
      assertThat(session.inputs())
          .containsExactly(new Session.Port("x", "FLOAT", List.of(-1L, 3L), List.of("N", "")));
    }
  }

  @Test
  void processesAreUsedAgainAndSharedFilesHaveNoNames() throws IOException {
    for (int i = 0; i < 20; i++) {
      assertSquares();
    }
    try (Stream<Path> files = Files.list(shared)) {
      assertThat(files).isEmpty();
    }
    assertThat(runtime.startedProcesses()).isEqualTo(1);
  }

  @Test
  void processesThatDieWhileTheyWaitCostNoModel() throws Exception {
    try (Session one = runtime.open(bytes("square"), 1);
        Session two = runtime.open(bytes("square"), 1)) {
      one.run(floats(VALUES));
      two.run(floats(VALUES));
    }
    List<ProcessHandle> waiting = ProcessHandle.current().children().toList();
    assertThat(waiting).hasSizeGreaterThanOrEqualTo(2);
    for (ProcessHandle process : waiting) {
      process.destroyForcibly();
      process.onExit().get(1, TimeUnit.MINUTES);
    }

    assertSquares();
    assertThat(runtime.lostProcesses()).isZero();
  }

  private void assertSquares() {
    try (Session session = runtime.open(bytes("square"), 1)) {
      assertThat(values(session.run(floats(VALUES)))).containsExactly(squares());
    }
  }

  private static float[] squares() {
    return new float[] {2.25f, 4, 0};
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Tensor> floats(float... values) {
    return Map.of("x", new Tensor.Floats(values, new long[] {1, values.length}));
  }

  private static float[] values(List<Tensor> tensors) {
    return ((Tensor.Floats) tensors.get(0)).values();
  }
}
