package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConfig;

/** The study on disk: kills, damage, several processes, folders and file systems. */
class StudyFileTest extends StudyStoreFixture {
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
