package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study of format 1, as the program of that time wrote it: read, and not gone on with. */
class OlderStudyTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-02-03T04:05:06Z"), ZoneOffset.UTC);
  private static final Map<String, String> IDENTITY = Map.of("seed", "7");

  private static final Evaluation SCORED =
      new Evaluation(
          new Plan(List.of(Scheme.W8A8, Scheme.W2A8)),
          new PairedScore(4000, 0.9131, 0.9, 0.01, 0.02, 3600, 60, 8),
          new Latency(2, 0.5, 0.01, Basis.MEASURED),
          70_000,
          2.5,
          "k1",
          null);
  private static final Evaluation FAILED =
      Evaluation.failed(Plan.uniform(2, Scheme.W2A8), "k1", "output is NaN");
  private static final PairedScore HELD =
      new PairedScore(6000, 0.91, 0.905, 0.001, 0.009, 5430, 40, 10);

  @TempDir Path folder;
  private Path file;

  /** The statements of format 1, letter by letter. */
  @BeforeEach
  void writeAStudyOfFormat1() throws SQLException {
    file = folder.resolve("study.db");
    String score =
        "samples INTEGER, reference REAL, score REAL, drop_low REAL, drop_high REAL,"
            + " right_count INTEGER, lost_count INTEGER, gained_count INTEGER";
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement sql = connection.createStatement()) {
      sql.execute(
          "CREATE TABLE identity (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
              + " value TEXT NOT NULL)");
      sql.execute(
          "CREATE TABLE evaluations (id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " plan TEXT NOT NULL UNIQUE, "
              + score
              + ", latency_millis REAL, latency_ratio REAL, latency_error REAL, latency_basis TEXT,"
              + " size_bytes INTEGER NOT NULL, stored_weight_bits REAL NOT NULL,"
              + " signature TEXT NOT NULL, failure TEXT, wall_seconds REAL,"
              + " recorded_at INTEGER NOT NULL)");
      sql.execute(
          "CREATE TABLE latencies (id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " signature TEXT NOT NULL UNIQUE, latency_millis REAL NOT NULL,"
              + " latency_ratio REAL NOT NULL, latency_error REAL NOT NULL,"
              + " latency_basis TEXT NOT NULL, recorded_at INTEGER NOT NULL)");
      sql.execute(
          "CREATE TABLE holdout (id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL UNIQUE, "
              + score
              + ", recorded_at INTEGER NOT NULL)");
      sql.execute(
          "CREATE TABLE documents (name TEXT PRIMARY KEY, json TEXT NOT NULL,"
              + " recorded_at INTEGER NOT NULL)");
      sql.execute("PRAGMA application_id = " + 0x4d697874);
      sql.execute("PRAGMA user_version = 1");
      sql.execute("INSERT INTO identity (name, value) VALUES ('seed', '7')");
      sql.execute(
          "INSERT INTO evaluations (id, plan, samples, reference, score, drop_low, drop_high,"
              + " right_count, lost_count, gained_count, latency_millis, latency_ratio,"
              + " latency_error, latency_basis, size_bytes, stored_weight_bits, signature,"
              + " wall_seconds, recorded_at) VALUES (4, 'w8a8 w2a8', 4000, 0.9131, 0.9, 0.01, 0.02,"
              + " 3600, 60, 8, 2, 0.5, 0.01, 'measured', 70000, 2.5, 'k1', 1.5, 1000)");
      sql.execute(
          "INSERT INTO evaluations (id, plan, size_bytes, stored_weight_bits, signature, failure,"
              + " recorded_at) VALUES (9, 'w2a8 w2a8', 0, 0, 'k1', 'output is NaN', 2000)");
      sql.execute("INSERT INTO latencies VALUES (1, 'k1', 2, 0.5, 0.01, 'measured', 1000)");
      sql.execute(
          "INSERT INTO holdout VALUES (1, 'w8a8 w2a8', 6000, 0.91, 0.905, 0.001, 0.009, 5430, 40,"
              + " 10, 3000)");
      sql.execute("INSERT INTO documents VALUES ('arguments', '[]', 500)");
    }
  }

  private static void requireContents(StudyReader reader) {
    assertThat(reader.evaluations()).containsExactly(SCORED, FAILED);
    assertThat(reader.find(SCORED.plan())).contains(SCORED);
    assertThat(reader.find(SCORED.plan(), Rounding.CONTEXT)).isEmpty();
    assertThat(reader.fileSha256(SCORED.plan(), Rounding.LIBRARY)).isEmpty();
    assertThat(reader.findHoldout(SCORED.plan(), Rounding.LIBRARY)).contains(HELD);
    assertThat(reader.findHoldout(SCORED.plan(), Rounding.CONTEXT)).isEmpty();
    assertThat(reader.findLatency("k1")).contains(new Latency(2, 0.5, 0.01, Basis.MEASURED));
    assertThat(reader.document("arguments")).contains("[]");
    assertThat(reader.count()).isEqualTo(2);
    assertThat(reader.rows().get(0).recordedAt()).isEqualTo(Instant.ofEpochMilli(1000));
    assertThat(reader.rows().get(0).wallSeconds()).hasValue(1.5);
  }

  private int version() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement sql = connection.createStatement();
        ResultSet version = sql.executeQuery("PRAGMA user_version")) {
      return version.getInt(1);
    }
  }

  @Test
  void aReaderSeesItAndLeavesItAsItIs() throws Exception {
    byte[] before = Files.readAllBytes(file);
    try (StudyReader reader = StudyReader.open(file)) {
      requireContents(reader);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aStoreRefusesItAndItCanStillBeRead() throws SQLException {
    assertThatThrownBy(() -> StudyStore.open(file, IDENTITY, CLOCK))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has format 1")
        .hasMessageContaining("goes on with format 3 only");
    assertThat(version()).isEqualTo(1);
    try (StudyReader reader = StudyReader.open(file)) {
      requireContents(reader);
    }
  }

  /** Format 2 had rounding, files and resampled bounds, and no climbs. */
  @Test
  void aStudyOfFormat2IsRead() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement sql = connection.createStatement()) {
      for (String table : List.of("evaluations", "holdout")) {
        sql.execute("ALTER TABLE " + table + " ADD COLUMN rounding TEXT DEFAULT 'library'");
        sql.execute("ALTER TABLE " + table + " ADD COLUMN drop_upper REAL");
      }
      sql.execute("ALTER TABLE evaluations ADD COLUMN file_sha256 TEXT");
      sql.execute("PRAGMA user_version = 2");
    }
    try (StudyReader reader = StudyReader.open(file)) {
      requireContents(reader);
    }
  }
}
