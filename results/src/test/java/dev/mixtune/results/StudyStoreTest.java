package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConfig;

class StudyStoreTest {
  private static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("study.db");
  }

  private static Map<String, String> identity() {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("model", "sha256:abc");
    identity.put("target", "host");
    identity.put("seed", "7");
    return identity;
  }

  private StudyStore open() {
    return StudyStore.open(file(), identity(), CLOCK);
  }

  /** Plans 0 and 2 run the same kernels, plan 1 others; the first energy of a signature stays. */
  @Test
  void plansWithTheSameKernelsShareTheirEnergy() throws Exception {
    Energy energy = new Energy(1.0 / 3, 0.7);
    try (StudyStore store = open()) {
      store.recordEnergy("kernels-0", energy);
      store.recordEnergy("kernels-0", new Energy(9, 9));
      for (int i = 0; i < 3; i++) {
        store.record(evaluation(i).withEnergy(i == 1 ? null : energy));
      }
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations())
          .containsExactly(
              evaluation(0).withEnergy(energy), evaluation(1), evaluation(2).withEnergy(energy));
    }
  }

  @Test
  void aStudyFromBeforeThereWasEnergyIsReadAndGoesOn() throws Exception {
    try (StudyStore store = open()) {
      store.record(evaluation(0));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE energies");
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations()).containsExactly(evaluation(0));
    }
    try (StudyStore store = open()) {
      store.recordEnergy("kernels-0", new Energy(2, 0.5));
      assertThat(store.evaluations()).containsExactly(evaluation(0).withEnergy(new Energy(2, 0.5)));
    }
  }

  static Evaluation evaluation(int number) {
    List<Scheme> schemes = new ArrayList<>();
    for (int bit = 0; bit < 12; bit++) {
      schemes.add((number >> bit & 1) == 1 ? Scheme.W8A8 : Scheme.W4A8);
    }
    return new Evaluation(
        new Plan(schemes),
        new PairedScore(4000, 0.9131, 0.1 + number / 7.0, -1e-17, 1 / 3.0, 3650 + number, 9, 7),
        new Latency(1.5 + number / 3.0, 0.5, 0.01, Basis.MEASURED),
        70_000L + number,
        4.1 + number / 9.0,
        "kernels-" + number % 2,
        null);
  }

  @Test
  void aSecondOpenFindsEveryRowInRecordingOrder() {
    Evaluation failed =
        Evaluation.failed(Plan.uniform(12, Scheme.W2A8), "kernels-x", "output is NaN");
    PairedScore holdout = new PairedScore(6000, 0.91, 0.905, 0.001, 0.009, 5430, 40, 10);
    try (StudyStore store = open()) {
      for (int number : new int[] {5, 3, 9}) {
        store.record(evaluation(number));
      }
      store.record(failed);
      store.record(evaluation(1), 2.25);
      store.recordLatency("kernels-1", new Latency(2.5, 0.25, 0.02, Basis.MODELLED));
      store.recordHoldout(evaluation(9).plan(), Rounding.LIBRARY, holdout);
      store.putDocument("sensitivity", "{\"a\":1}");
      store.putDocument("sensitivity", "{\"a\":2}");
    }
    try (StudyStore store = open()) {
      assertThat(store.evaluations())
          .containsExactly(evaluation(5), evaluation(3), evaluation(9), failed, evaluation(1));
      assertThat(store.find(evaluation(3).plan())).contains(evaluation(3));
      assertThat(store.find(evaluation(4).plan())).isEmpty();
      assertThat(store.findLatency("kernels-1"))
          .contains(new Latency(2.5, 0.25, 0.02, Basis.MODELLED));
      assertThat(store.findLatency("kernels-2")).isEmpty();
      assertThat(store.findHoldout(evaluation(9).plan(), Rounding.LIBRARY)).contains(holdout);
      assertThat(store.document("sensitivity")).contains("{\"a\":2}");
      assertThat(store.contents().rows().get(4))
          .isEqualTo(new RecordedEvaluation(evaluation(1), OptionalDouble.of(2.25), NOW));
      assertThat(store.contents().identity()).containsExactlyEntriesOf(identity());
    }
  }

  /** The same plan, scored otherwise: another row. */
  static Evaluation inContext(int number) {
    Evaluation library = evaluation(number);
    return new Evaluation(
        library.plan(),
        Rounding.CONTEXT,
        new PairedScore(4000, 0.9131, 0.91, -0.001, 0.004, 3640, 20, 8),
        library.latency(),
        library.sizeBytes() + 24,
        library.storedWeightBits(),
        library.kernelSignature(),
        null);
  }

  @Test
  void aPredictedLatencyGivesWayToTheMeasuredOneOfItsKernels() {
    Evaluation measured = evaluation(1);
    Evaluation predicted =
        new Evaluation(
            evaluation(3).plan(),
            evaluation(3).score(),
            new Latency(9, 0.9, 0.08, Basis.MODELLED),
            100,
            4,
            "kernels-1",
            null);
    Latency latency = new Latency(2.5, 0.25, 0.02, Basis.MEASURED);
    try (StudyStore store = open()) {
      store.record(predicted);
      store.record(measured);
      assertThat(store.find(predicted.plan())).contains(predicted);

      store.recordLatency("kernels-1", latency);

      assertThat(store.find(predicted.plan()).orElseThrow().latency()).isEqualTo(latency);
      assertThat(store.evaluations().get(0).latency()).isEqualTo(latency);
      assertThat(store.find(measured.plan())).contains(measured);
    }
  }

  @Test
  void aPlanWithWeightsOfItsOwnIsAnotherEvaluation() {
    PairedScore holdout = new PairedScore(6000, 0.91, 0.905, 0.001, 0.009, 5430, 40, 10);
    PairedScore other = new PairedScore(6000, 0.91, 0.908, 0.000, 0.004, 5448, 30, 18);
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      store.record(inContext(1), 3.5, "c0ffee");
      store.record(inContext(1), 9.5, "decaf");
      store.recordHoldout(evaluation(1).plan(), Rounding.LIBRARY, holdout);
      store.recordHoldout(evaluation(1).plan(), Rounding.CONTEXT, other);
    }
    try (StudyReader reader = StudyReader.open(file())) {
      Plan plan = evaluation(1).plan();
      assertThat(reader.evaluations()).containsExactly(evaluation(1), inContext(1));
      assertThat(reader.find(plan)).contains(evaluation(1));
      assertThat(reader.find(plan, Rounding.CONTEXT)).contains(inContext(1));
      assertThat(reader.fileSha256(plan, Rounding.CONTEXT)).contains("c0ffee");
      assertThat(reader.fileSha256(plan, Rounding.LIBRARY)).isEmpty();
      assertThat(reader.findHoldout(plan, Rounding.LIBRARY)).contains(holdout);
      assertThat(reader.findHoldout(plan, Rounding.CONTEXT)).contains(other);
    }
    assertThat(inContext(1).id()).isEqualTo(evaluation(1).plan().id() + "-context");
    assertThat(evaluation(1).id()).isEqualTo(evaluation(1).plan().id());
  }

  @Test
  void whatIsRecordedTwiceKeepsItsFirstValue() {
    Evaluation other = Evaluation.failed(evaluation(1).plan(), "kernels-1", "something else");
    Latency first = new Latency(1, 0.5, 0, Basis.MEASURED);
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      store.record(other);
      store.recordLatency("k", first);
      store.recordLatency("k", new Latency(2, 0.7, 0, Basis.MEASURED));
      assertThat(store.evaluations()).containsExactly(evaluation(1));
      assertThat(store.findLatency("k")).contains(first);
    }
  }

  @Test
  void anIntervalWithoutEndsComesBackAsItWas() {
    Evaluation open =
        new Evaluation(
            Plan.uniform(2, Scheme.W8A8),
            new PairedScore(1, 1, 1, Double.NaN, Double.POSITIVE_INFINITY, 1, 0, 0),
            new Latency(1, 1, 0, Basis.SCALED),
            1,
            8,
            "k",
            null);
    try (StudyStore store = open()) {
      store.record(open);
      assertThat(store.evaluations()).containsExactly(open);
    }
  }

  /** What a kill leaves behind is the database and its log as they lie on disk at that moment. */
  @Test
  void aKilledRunLosesNothingThatWasRecorded() throws IOException {
    Path after = Files.createDirectory(folder.resolve("after"));
    try (StudyStore store = open()) {
      for (int number = 0; number < 50; number++) {
        store.record(evaluation(number));
      }
      Files.copy(file(), after.resolve("study.db"));
      Files.copy(folder.resolve("study.db-wal"), after.resolve("study.db-wal"));
      store.record(evaluation(50));
    }
    try (StudyStore store = StudyStore.open(after.resolve("study.db"), identity(), CLOCK)) {
      assertThat(store.evaluations()).hasSize(50).endsWith(evaluation(49));
      store.record(evaluation(50));
      assertThat(store.contents().count()).isEqualTo(51);
    }
  }

  @Test
  void aProcessKeepsOthersOutUntilItIsKilledAndLosesNothing() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StudyWriter.class.getName(),
                file().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int last = -1;
    try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
      while (last < 30) {
        last = Integer.parseInt(lines.readLine());
      }
      assertThatThrownBy(() -> StudyStore.open(file(), Map.of("seed", "7"), CLOCK))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("in use by process " + writer.pid());
    } finally {
      writer.destroyForcibly().waitFor();
    }
    try (StudyStore store = StudyStore.open(file(), Map.of("seed", "7"), CLOCK)) {
      List<Evaluation> kept = store.evaluations();
      assertThat(kept).hasSizeGreaterThan(last);
      for (int number = 0; number < kept.size(); number++) {
        assertThat(kept.get(number)).isEqualTo(evaluation(number));
      }
    }
  }

  @Test
  void aTornLogKeepsTheWholeRowsBeforeTheTear() throws IOException {
    Path after = Files.createDirectory(folder.resolve("after"));
    try (StudyStore store = open()) {
      for (int number = 0; number < 50; number++) {
        store.record(evaluation(number));
      }
      Files.copy(file(), after.resolve("study.db"));
      byte[] log = Files.readAllBytes(folder.resolve("study.db-wal"));
      Files.write(after.resolve("study.db-wal"), Arrays.copyOf(log, log.length - 1000));
    }
    try (StudyStore store = StudyStore.open(after.resolve("study.db"), identity(), CLOCK)) {
      List<Evaluation> kept = store.evaluations();
      assertThat(kept).hasSizeBetween(40, 49);
      for (int number = 0; number < kept.size(); number++) {
        assertThat(kept.get(number)).isEqualTo(evaluation(number));
      }
    }
  }

  @Test
  void fourThreadsRecordSideBySide() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try (StudyStore store = open()) {
      List<Future<?>> work = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int offset = thread * 40; // neighbours overlap by half
        work.add(
            executor.submit(
                () -> {
                  for (int number = offset; number < offset + 80; number++) {
                    store.record(evaluation(number));
                    assertThat(store.find(evaluation(number).plan())).contains(evaluation(number));
                  }
                }));
      }
      for (Future<?> future : work) {
        future.get(60, TimeUnit.SECONDS);
      }
      assertThat(store.evaluations()).hasSize(200).doesNotHaveDuplicates();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void anotherRunsStudyIsRefusedWithTheFirstDifference() {
    open().close();
    Map<String, String> other = identity();
    other.put("seed", "8");
    other.put("target", "pixel8");
    assertThatThrownBy(() -> StudyStore.open(file(), other, CLOCK))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("its target is 'host', this run's is 'pixel8'")
        .hasMessageNotContaining("seed is");
    Map<String, String> more = identity();
    more.put("batch", "1");
    assertThatThrownBy(() -> StudyStore.open(file(), more, CLOCK))
        .hasMessageContaining("its batch is none, this run's is '1'");
    Map<String, String> fewer = identity();
    fewer.remove("model");
    assertThatThrownBy(() -> StudyStore.open(file(), fewer, CLOCK))
        .hasMessageContaining("its model is 'sha256:abc', this run's is none");
    assertThatCode(() -> open().close()).doesNotThrowAnyException();
  }

  @Test
  void aSecondWriterIsRefusedUntilTheFirstCloses() {
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      assertThatThrownBy(this::open)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    }
    try (StudyStore store = open()) {
      assertThat(store.evaluations()).hasSize(1);
    }
  }

  @Test
  void aReaderSeesARunningStudyWithoutDisturbingIt() {
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      try (StudyReader reader = StudyReader.open(file())) {
        assertThat(reader.count()).isEqualTo(1);
        store.record(evaluation(2));
        assertThat(reader.evaluations()).containsExactly(evaluation(1), evaluation(2));
      }
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.identity()).isEqualTo(identity());
    }
  }

  @Test
  void aClosedStudyIsOneFile() throws IOException {
    try (StudyStore store = open()) {
      store.record(evaluation(1));
    }
    try (var names = Files.list(folder)) {
      assertThat(names.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("study.db", "study.db.lock");
    }
  }

  @Test
  void damagedAndForeignFilesAreRefused() throws Exception {
    Files.writeString(file(), "this is no database, only a text that is long enough to look at");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no study or is damaged");
    assertThatThrownBy(() -> StudyReader.open(file())).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> StudyReader.open(folder.resolve("none.db")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("there is no study");

    Files.delete(file());
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE recipes (name TEXT)");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("another program");
  }

  @Test
  void aDamagedPageIsNoticedWhenTheStudyIsOpened() throws IOException {
    try (StudyStore store = open()) {
      for (int number = 0; number < 200; number++) {
        store.record(evaluation(number));
      }
    }
    byte[] bytes = Files.readAllBytes(file());
    byte[] noise = "noise".repeat(2000).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(noise, 0, bytes, bytes.length / 2, noise.length);
    Files.write(file(), bytes);
    assertThatThrownBy(this::open).isInstanceOf(UserException.class);
  }

  @Test
  void climbsAreKeptWithAndWithoutAnEnd() {
    Evaluation whole = evaluation(1);
    List<Climb.Rung> rungs = List.of(new Climb.Rung(448, 12, 3), new Climb.Rung(576, 20, 3));
    Evaluation climbed =
        new Evaluation(
            whole.plan(),
            whole.rounding(),
            whole.score(),
            whole.latency(),
            whole.sizeBytes(),
            whole.storedWeightBits(),
            whole.kernelSignature(),
            null,
            new Climb(rungs, null));
    Evaluation discarded =
        new Evaluation(
            evaluation(2).plan(),
            whole.rounding(),
            null,
            whole.latency(),
            whole.sizeBytes(),
            whole.storedWeightBits(),
            whole.kernelSignature(),
            null,
            new Climb(rungs, new Climb.Discard(0.00425, 0.0071)));
    try (StudyStore store = StudyStore.open(file(), identity(), CLOCK)) {
      store.record(climbed);
      store.record(discarded);
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations()).containsExactly(climbed, discarded);
      assertThat(reader.evaluations().get(1).isDiscarded()).isTrue();
      assertThat(reader.evaluations().get(1).isFailed()).isTrue();
      assertThat(reader.evaluations().get(0).isDiscarded()).isFalse();
    }
  }

  private static Evaluation correlated() {
    return new Evaluation(
        Plan.uniform(12, Scheme.W8A8),
        new PairedScore(549, 0.8672, 0.8611, 0.002, 0.01, new PairedScore.Resampled(0.0093)),
        new Latency(1.5, 0.5, 0.01, Basis.MEASURED),
        70_000L,
        8.1,
        "kernels-1",
        null);
  }

  @Test
  void scoresThatCountNothingKeepTheirBound() {
    PairedScore holdout =
        new PairedScore(823, 0.87, 0.86, 0.001, 0.02, new PairedScore.Resampled(0.017));
    try (StudyStore store = open()) {
      store.record(correlated());
      store.record(evaluation(1));
      store.recordHoldout(correlated().plan(), Rounding.LIBRARY, holdout);
    }
    try (StudyStore store = open()) {
      assertThat(store.evaluations()).containsExactly(correlated(), evaluation(1));
      assertThat(store.findHoldout(correlated().plan(), Rounding.LIBRARY)).contains(holdout);
    }
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    open().close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      try (ResultSet version = statement.executeQuery("PRAGMA user_version")) {
        assertThat(version.getInt(1)).isEqualTo(3);
      }
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("format 99");
  }

  @Test
  void foldersMayHaveAwkwardNames() throws IOException {
    Path awkward = Files.createDirectory(folder.resolve("what? #1 ü 100%"));
    Path study = awkward.resolve("study.db");
    try (StudyStore store = StudyStore.open(study, identity(), CLOCK)) {
      store.record(evaluation(1));
    }
    assertThat(study).isRegularFile();
    try (StudyReader reader = StudyReader.open(study)) {
      assertThat(reader.evaluations()).containsExactly(evaluation(1));
    }
  }

  @Test
  void fileSystemsWithoutSharedMemoryGetNoWriteAheadLog() {
    assertThat(StudyConnection.journalMode("ext4")).isEqualTo(SQLiteConfig.JournalMode.WAL);
    assertThat(StudyConnection.journalMode("9p")).isEqualTo(SQLiteConfig.JournalMode.TRUNCATE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nfs", "NFS4", "lustre", "fuse.sshfs"})
  void fileSystemsOfNetworksAreRefusedWithAdvice(String type) {
    assertThatThrownBy(() -> StudyStore.open(file(), identity(), CLOCK, file -> type))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(type)
        .hasMessageContaining("$SLURM_TMPDIR")
        .hasMessageContaining("--out");
    assertThat(file()).doesNotExist();
    assertThat(file().resolveSibling("study.db.lock")).doesNotExist();
  }

  @Test
  void aStudyThatVanishesIsNoticedAtTheNextEvaluation() throws IOException {
    try (StudyStore store = StudyStore.open(file(), identity(), CLOCK)) {
      store.record(evaluation(1));
      Files.delete(file());
      assertThatThrownBy(() -> store.record(evaluation(2)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("has vanished");
    }
  }
}
