package dev.mixtune.results;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a study holds. Reads a study that is at rest, and, without disturbing it, one that another
 * process is writing. Thread-safe.
 */
public final class StudyReader implements AutoCloseable {
  /** What the names of rows of fine-tuned plans begin with. */
  static final String FINETUNED = "finetuned:";

  private static final Pattern COMMA = Pattern.compile(", ");

  private final Path file;
  private final Connection connection;

  StudyReader(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens a study for reading only.
   *
   * @throws UserException when there is none, it is damaged, or of another version
   */
  public static StudyReader open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          "there is no study '" + file + "'",
          "Name the folder that an earlier run was given with --out");
    }
    Connection connection = null;
    try {
      connection = StudyConnection.forReading(file);
      StudySchema.check(connection, file);
      StudySchema.showAsCurrent(connection);
      return new StudyReader(file, connection);
    } catch (SQLException e) {
      closeQuietly(connection, e);
      throw StudyFailure.of(file, e);
    } catch (UserException e) {
      closeQuietly(connection, e);
      throw e;
    }
  }

  /** Whose study it is: what {@link StudyStore#open} was given, in that order. */
  public Map<String, String> identity() {
    synchronized (connection) {
      try {
        return StudySchema.identity(connection);
      } catch (SQLException e) {
        throw StudyFailure.of(file, e);
      }
    }
  }

  /** Number of evaluations, failed ones included. */
  public int count() {
    return first("SELECT count(*) FROM evaluations", row -> row.getInt(1)).orElse(0);
  }

  /** All evaluations, in the order in which they were recorded. */
  public List<Evaluation> evaluations() {
    return all(selectEvaluations("ORDER BY id"), StudyRows::evaluation);
  }

  /** All rows, in the order in which they were recorded. */
  public List<RecordedEvaluation> rows() {
    return all(selectEvaluations("ORDER BY id"), StudyRows::recorded);
  }

  /** The evaluation of a plan with the library's weights. */
  public Optional<Evaluation> find(Plan plan) {
    return find(plan, Rounding.LIBRARY);
  }

  /** The evaluation of a plan with these weights. */
  public Optional<Evaluation> find(Plan plan, Rounding rounding) {
    return first(
        selectEvaluations("WHERE plan = ? AND rounding = ?"),
        StudyRows::evaluation,
        plan.key(),
        rounding.id());
  }

  /**
   * SHA-256, in hexadecimal digits, of the file that the study keeps of an evaluation; empty when
   * it keeps none.
   */
  public Optional<String> fileSha256(Plan plan, Rounding rounding) {
    return first(
        "SELECT file_sha256 FROM evaluations"
            + " WHERE plan = ? AND rounding = ? AND file_sha256 IS NOT NULL",
        row -> row.getString(1),
        plan.key(),
        rounding.id());
  }

  /** The latency of a kernel signature. */
  public Optional<Latency> findLatency(String kernelSignature) {
    return first(
        "SELECT " + StudyRows.LATENCY_COLUMNS + " FROM latencies WHERE signature = ?",
        StudyRows::latency,
        kernelSignature);
  }

  /** All latencies by kernel signature, in the order in which they were recorded. */
  public Map<String, Latency> latencies() {
    Map<String, Latency> latencies = new LinkedHashMap<>();
    all(
            "SELECT signature, " + StudyRows.LATENCY_COLUMNS + " FROM latencies ORDER BY id",
            row -> Map.entry(row.getString(1), StudyRows.latency(row)))
        .forEach(entry -> latencies.put(entry.getKey(), entry.getValue()));
    return latencies;
  }

  /** The score of a plan with these weights on the holdout. */
  public Optional<PairedScore> findHoldout(Plan plan, Rounding rounding) {
    return first(
        "SELECT " + StudyRows.SCORE_COLUMNS + " FROM holdout WHERE plan = ? AND rounding = ?",
        StudyRows::score,
        plan.key(),
        rounding.id());
  }

  /** The average time of evaluations on the whole search split; 0 before there is one. */
  double averageWallSeconds() {
    return first(
            "SELECT coalesce(avg(wall_seconds), 0) FROM evaluations"
                + " WHERE rounding = 'library' AND score IS NOT NULL",
            row -> row.getDouble(1))
        .orElse(0.0);
  }

  /** A document that was put under this name. */
  public Optional<String> document(String name) {
    return first("SELECT json FROM documents WHERE name = ?", row -> row.getString(1), name);
  }

  /** The plans that were fine-tuned, in the order in which they were recorded. */
  public List<FinetunedPoint> finetuned() {
    return all(
        "SELECT json FROM documents WHERE name LIKE '"
            + FINETUNED
            + "%' ORDER BY recorded_at, name",
        row -> FinetunedPoint.ofText(row.getString(1)));
  }

  @Override
  public void close() {
    synchronized (connection) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw StudyFailure.of(file, e);
      }
    }
  }

  /**
   * A plan's latency is that of its kernel signature, once it was measured: an evaluation whose
   * latency was only predicted when it was recorded, or was measured again since, shows that.
   */
  private static String selectEvaluations(String rest) {
    Set<String> latency =
        COMMA.splitAsStream(StudyRows.LATENCY_COLUMNS).collect(Collectors.toSet());
    String columns =
        COMMA
            .splitAsStream(StudyRows.EVALUATION_COLUMNS)
            .map(column -> latency.contains(column) ? measuredSince(column) : column)
            .collect(Collectors.joining(", "));
    return "SELECT " + columns + StudyEnergies.COLUMNS + " FROM evaluations " + rest;
  }

  private static String measuredSince(String column) {
    return "coalesce((SELECT l."
        + column
        + " FROM latencies l WHERE l.signature = evaluations.signature"
        + " AND l.latency_basis = 'measured'), evaluations."
        + column
        + ") AS "
        + column;
  }

  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> Optional<T> first(String query, RowReader<T> reader, String... arguments) {
    return all(query, reader, arguments).stream().findFirst();
  }

  private <T> List<T> all(String query, RowReader<T> reader, String... arguments) {
    synchronized (connection) {
      try (PreparedStatement statement = connection.prepareStatement(query)) {
        for (int i = 0; i < arguments.length; i++) {
          statement.setString(i + 1, arguments[i]);
        }
        List<T> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            values.add(reader.read(rows));
          }
        }
        return values;
      } catch (IllegalArgumentException | ArithmeticException | NullPointerException e) {
        // What was written is always read back: a value that is none comes from damage.
        throw StudyFailure.damaged(file, "a row holds what cannot be: " + e.getMessage(), e);
      } catch (SQLException e) {
        throw StudyFailure.of(file, e);
      }
    }
  }

  static void closeQuietly(@Nullable Connection connection, Exception cause) {
    if (connection == null) {
      return;
    }
    try {
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }
}
