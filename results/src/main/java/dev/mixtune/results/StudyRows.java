package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Maps values to columns and back, bit for bit. */
final class StudyRows {
  static final String SCORE_COLUMNS =
      "samples, reference, score, drop_low, drop_high, right_count, lost_count, gained_count,"
          + " drop_upper";
  static final String LATENCY_COLUMNS =
      "latency_millis, latency_ratio, latency_error, latency_basis";
  static final String EVALUATION_COLUMNS =
      "plan, size_bytes, stored_weight_bits, signature, failure, wall_seconds, recorded_at, "
          + SCORE_COLUMNS
          + ", "
          + LATENCY_COLUMNS
          + ", rounding, file_sha256, climb, drop_at_least, drop_estimate";
  static final int EVALUATION_COUNT = 25;
  static final int SCORE_COUNT = 9;

  private static final Pattern SPACE = Pattern.compile(" ");
  private static final Pattern COLON = Pattern.compile(":");

  private StudyRows() {}

  /**
   * Fills the parameters of {@link #EVALUATION_COLUMNS}.
   *
   * @param fileSha256 of the file that the study keeps of this evaluation; null when it keeps none
   */
  static void bind(
      PreparedStatement statement,
      Evaluation evaluation,
      OptionalDouble wallSeconds,
      @Nullable String fileSha256,
      long millis)
      throws SQLException {
    statement.setString(1, evaluation.plan().key());
    statement.setLong(2, evaluation.sizeBytes());
    statement.setDouble(3, evaluation.storedWeightBits());
    statement.setString(4, evaluation.kernelSignature());
    statement.setString(5, evaluation.failure());
    if (wallSeconds.isPresent()) {
      statement.setDouble(6, wallSeconds.getAsDouble());
    } else {
      statement.setNull(6, Types.REAL);
    }
    statement.setLong(7, millis);
    bind(statement, 8, evaluation.score());
    bind(statement, 8 + SCORE_COUNT, evaluation.latency());
    statement.setString(EVALUATION_COUNT - 4, evaluation.rounding().id());
    statement.setString(EVALUATION_COUNT - 3, fileSha256);
    bind(statement, EVALUATION_COUNT - 2, evaluation.climb());
  }

  private static void bind(PreparedStatement statement, int first, @Nullable Climb climb)
      throws SQLException {
    statement.setString(first, climb == null ? null : text(climb.rungs()));
    Climb.Discard discard = climb == null ? null : climb.discard();
    if (discard == null) {
      statement.setNull(first + 1, Types.REAL);
      statement.setNull(first + 2, Types.REAL);
    } else {
      statement.setDouble(first + 1, discard.dropAtLeast());
      statement.setDouble(first + 2, discard.dropEstimate());
    }
  }

  /** Rungs as {@code samples:lost:gained}, with spaces between. */
  private static String text(List<Climb.Rung> rungs) {
    return rungs.stream()
        .map(rung -> rung.samples() + ":" + rung.lost() + ":" + rung.gained())
        .collect(Collectors.joining(" "));
  }

  private static @Nullable Climb climb(ResultSet row) throws SQLException {
    String text = row.getString("climb");
    if (text == null) {
      return null;
    }
    List<Climb.Rung> rungs = new ArrayList<>();
    SPACE
        .splitAsStream(text)
        .filter(rung -> !rung.isEmpty())
        .map(rung -> COLON.splitAsStream(rung).mapToInt(Integer::parseInt).toArray())
        .forEach(numbers -> rungs.add(new Climb.Rung(numbers[0], numbers[1], numbers[2])));
    double atLeast = row.getDouble("drop_at_least");
    return row.wasNull()
        ? new Climb(rungs, /* discard= */ null)
        : new Climb(rungs, new Climb.Discard(atLeast, row.getDouble("drop_estimate")));
  }

  static void bind(PreparedStatement statement, int first, @Nullable PairedScore score)
      throws SQLException {
    if (score == null) {
      for (int i = 0; i < SCORE_COUNT; i++) {
        statement.setNull(first + i, Types.NULL);
      }
      return;
    }
    statement.setInt(first, score.samples());
    statement.setDouble(first + 1, score.reference());
    statement.setDouble(first + 2, score.score());
    statement.setDouble(first + 3, score.dropLow());
    statement.setDouble(first + 4, score.dropHigh());
    if (score.evidence() instanceof PairedScore.Counts counts) {
      statement.setInt(first + 5, counts.right());
      statement.setInt(first + 6, counts.lost());
      statement.setInt(first + 7, counts.gained());
      statement.setNull(first + 8, Types.REAL);
    } else if (score.evidence() instanceof PairedScore.Resampled resampled) {
      for (int i = 5; i < 8; i++) {
        statement.setNull(first + i, Types.INTEGER);
      }
      statement.setDouble(first + 8, resampled.dropUpper());
    }
  }

  static void bind(PreparedStatement statement, int first, @Nullable Latency latency)
      throws SQLException {
    if (latency == null) {
      for (int i = 0; i < 4; i++) {
        statement.setNull(first + i, Types.NULL);
      }
      return;
    }
    statement.setDouble(first, latency.millis());
    statement.setDouble(first + 1, latency.ratio());
    statement.setDouble(first + 2, latency.relativeError());
    statement.setString(first + 3, latency.basis().id());
  }

  static RecordedEvaluation recorded(ResultSet row) throws SQLException {
    double wall = row.getDouble("wall_seconds");
    OptionalDouble wallSeconds = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(wall);
    return new RecordedEvaluation(
        evaluation(row), wallSeconds, Instant.ofEpochMilli(row.getLong("recorded_at")));
  }

  static Evaluation evaluation(ResultSet row) throws SQLException {
    String failure = row.getString("failure");
    Plan plan = Plan.parse(row.getString("plan"));
    boolean failed = failure != null;
    Climb climb = climb(row);
    boolean discarded = climb != null && climb.discard() != null;
    return new Evaluation(
        plan,
        Rounding.ofId(row.getString("rounding")),
        failed || discarded ? null : score(row),
        failed ? null : latency(row),
        row.getLong("size_bytes"),
        row.getDouble("stored_weight_bits"),
        row.getString("signature"),
        failure,
        climb,
        failed ? null : StudyEnergies.of(row));
  }

  static PairedScore score(ResultSet row) throws SQLException {
    return new PairedScore(
        row.getInt("samples"),
        row.getDouble("reference"),
        row.getDouble("score"),
        number(row, "drop_low"),
        number(row, "drop_high"),
        evidence(row));
  }

  private static PairedScore.Evidence evidence(ResultSet row) throws SQLException {
    int right = row.getInt("right_count");
    return row.wasNull()
        ? new PairedScore.Resampled(number(row, "drop_upper"))
        : new PairedScore.Counts(right, row.getInt("lost_count"), row.getInt("gained_count"));
  }

  static Latency latency(ResultSet row) throws SQLException {
    return new Latency(
        row.getDouble("latency_millis"),
        row.getDouble("latency_ratio"),
        row.getDouble("latency_error"),
        basis(row.getString("latency_basis")));
  }

  /** SQLite stores NaN as NULL. */
  private static double number(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? Double.NaN : value;
  }

  static Basis basis(String id) {
    for (Basis basis : Basis.values()) {
      if (basis.id().equals(id)) {
        return basis;
      }
    }
    throw new IllegalArgumentException("unknown latency basis '" + id + "'");
  }
}
