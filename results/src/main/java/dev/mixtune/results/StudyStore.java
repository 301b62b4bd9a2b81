package dev.mixtune.results;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Journal;
import dev.mixtune.search.Rounding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The durable memory of a study: one SQLite file, one row per evaluation.
 *
 * <p>A row is on disk when the method that writes it returns, so that a run that is killed at any
 * moment loses at most what it had not recorded. One process at a time may write a study; others
 * may read it with {@link StudyReader}. Thread-safe.
 */
public final class StudyStore implements Journal, AutoCloseable {
  private final Path file;
  private final Clock clock;
  private final Connection connection;
  private final StudyReader contents;
  private final StudyLock lock;

  private StudyStore(Path file, Clock clock, Connection connection, StudyLock lock) {
    this.file = file;
    this.clock = clock;
    this.connection = connection;
    this.contents = new StudyReader(file, connection);
    this.lock = lock;
  }

  /**
   * Opens a study, or begins one where the file is missing.
   *
   * @param file the database; its folder must exist
   * @param identity what makes two runs the same study, such as model hash, target, samples and
   *     seed; in the order in which differences are to be named
   * @param clock dates the rows
   * @throws UserException when the study belongs to another run, is in use by another process,
   *     damaged, of another version, on a file system of a network, or cannot be written
   */
  public static StudyStore open(Path file, Map<String, String> identity, Clock clock) {
    return open(file, identity, clock, StudyConnection::fileSystem);
  }

  /**
   * @param fileSystem tells the type of the file system that a file lies on
   */
  static StudyStore open(
      Path file, Map<String, String> identity, Clock clock, Function<Path, String> fileSystem) {
    StudyConnection.requireTrusted(file, fileSystem.apply(file));
    StudyLock lock = StudyLock.acquire(file);
    Connection connection = null;
    try {
      connection = StudyConnection.forWriting(file);
      if (StudySchema.isEmpty(connection)) {
        StudySchema.create(connection, identity);
      } else {
        StudySchema.check(connection, file);
        StudySchema.requireCurrent(connection, file);
        StudySchema.checkIdentity(connection, file, identity);
        StudyEnergies.create(connection);
      }
      return new StudyStore(file, clock, connection, lock);
    } catch (SQLException e) {
      StudyReader.closeQuietly(connection, e);
      lock.close();
      throw StudyFailure.of(file, e);
    } catch (UserException e) {
      StudyReader.closeQuietly(connection, e);
      lock.close();
      throw e;
    }
  }

  /** Everything that was recorded; open as long as this store is. */
  public StudyReader contents() {
    return contents;
  }

  @Override
  public void record(Evaluation evaluation) {
    record(evaluation, OptionalDouble.empty(), null);
  }

  /**
   * Records an evaluation with the seconds that it took; one that is already there is left as it
   * is.
   */
  public void record(Evaluation evaluation, double wallSeconds) {
    record(evaluation, OptionalDouble.of(wallSeconds), null);
  }

  /**
   * As above, for an evaluation whose file the study keeps.
   *
   * @param fileSha256 of the file, in hexadecimal digits
   */
  public void record(Evaluation evaluation, double wallSeconds, String fileSha256) {
    record(evaluation, OptionalDouble.of(wallSeconds), fileSha256);
  }

  private void record(
      Evaluation evaluation, OptionalDouble wallSeconds, @Nullable String fileSha256) {
    write(
        insert("evaluations", StudyRows.EVALUATION_COLUMNS, StudyRows.EVALUATION_COUNT)
            + " ON CONFLICT (plan, rounding) DO NOTHING",
        statement ->
            StudyRows.bind(statement, evaluation, wallSeconds, fileSha256, clock.millis()));
  }

  @Override
  public Optional<Evaluation> find(Plan plan) {
    return contents.find(plan);
  }

  /** The recorded evaluation of a plan with these weights. */
  public Optional<Evaluation> find(Plan plan, Rounding rounding) {
    return contents.find(plan, rounding);
  }

  @Override
  public List<Evaluation> evaluations() {
    return contents.evaluations();
  }

  /** Number of recorded evaluations. */
  public int countRecorded() {
    return contents.count();
  }

  /** The average time of evaluations on the whole search split; 0 before there is one. */
  public double averageWallSeconds() {
    return contents.averageWallSeconds();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A signature that is already there keeps its latency, so that all plans that share it agree
   * before and after a resume.
   */
  @Override
  public void recordLatency(String kernelSignature, Latency latency) {
    write(
        insert("latencies", "signature, recorded_at, " + StudyRows.LATENCY_COLUMNS, 6)
            + " ON CONFLICT (signature) DO NOTHING",
        statement -> {
          statement.setString(1, kernelSignature);
          statement.setLong(2, clock.millis());
          StudyRows.bind(statement, 3, latency);
        });
  }

  /** Puts another latency in the place of a recorded one, for all plans that share it. */
  public void replaceLatency(String kernelSignature, Latency latency) {
    write(
        "UPDATE latencies SET recorded_at = ?, latency_millis = ?, latency_ratio = ?,"
            + " latency_error = ?, latency_basis = ? WHERE signature = ?",
        statement -> {
          statement.setLong(1, clock.millis());
          StudyRows.bind(statement, 2, latency);
          statement.setString(6, kernelSignature);
        });
  }

  @Override
  public Optional<Latency> findLatency(String kernelSignature) {
    return contents.findLatency(kernelSignature);
  }

  /** Records the modelled energy of a kernel signature; one that is already there keeps its own. */
  public void recordEnergy(String kernelSignature, Energy energy) {
    write(
        StudyEnergies.INSERT,
        statement -> {
          statement.setString(1, kernelSignature);
          statement.setDouble(2, energy.millijoules());
          statement.setDouble(3, energy.ratio());
        });
  }

  /** Records a score on the holdout; what is already there keeps its score. */
  public void recordHoldout(Plan plan, Rounding rounding, PairedScore score) {
    write(
        insert(
                "holdout",
                "plan, rounding, recorded_at, " + StudyRows.SCORE_COLUMNS,
                3 + StudyRows.SCORE_COUNT)
            + " ON CONFLICT (plan, rounding) DO NOTHING",
        statement -> {
          statement.setString(1, plan.key());
          statement.setString(2, rounding.id());
          statement.setLong(3, clock.millis());
          StudyRows.bind(statement, 4, score);
        });
  }

  /** The recorded score of a plan with these weights on the holdout. */
  public Optional<PairedScore> findHoldout(Plan plan, Rounding rounding) {
    return contents.findHoldout(plan, rounding);
  }

  /** Keeps a small document, such as a sensitivity table; an older one of that name is replaced. */
  public void putDocument(String name, String json) {
    write(
        insert("documents", "name, json, recorded_at", 3)
            + " ON CONFLICT (name) DO UPDATE SET json = excluded.json,"
            + " recorded_at = excluded.recorded_at",
        statement -> {
          statement.setString(1, name);
          statement.setString(2, json);
          statement.setLong(3, clock.millis());
        });
  }

  /** Records a fine-tuned plan; the search does not see it. */
  public void recordFinetuned(FinetunedPoint plan) {
    putDocument(StudyReader.FINETUNED + plan.point().id(), plan.text());
  }

  /** The document of that name. */
  public Optional<String> document(String name) {
    return contents.document(name);
  }

  /** Folds the log into the file, so that the study is one file again, and releases the lock. */
  @Override
  public void close() {
    synchronized (connection) {
      try (lock;
          contents) {
        foldLog();
      }
    }
  }

  private void foldLog() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 0");
      statement.execute("PRAGMA journal_mode = DELETE");
    } catch (SQLException e) {
      // Someone is reading: every row is safe in the log, which the next store will fold.
      return;
    }
  }

  private interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }

  private void write(String sql, Binder binder) {
    synchronized (connection) {
      requireThere();
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        binder.bind(statement);
        statement.executeUpdate();
      } catch (SQLException e) {
        throw StudyFailure.of(file, e);
      }
    }
  }

  /** A file without a name takes rows all night, and all are lost when it is closed. */
  private void requireThere() {
    if (!Files.exists(file)) {
      throw new UserException(
          "the study '" + file + "' has vanished while it was written",
          "What removed or unmounted its folder? What was evaluated since its last copy is lost");
    }
  }

  private static String insert(String table, String columns, int count) {
    return "INSERT INTO "
        + table
        + " ("
        + columns
        + ") VALUES ("
        + String.join(", ", Collections.nCopies(count, "?"))
        + ")";
  }
}
