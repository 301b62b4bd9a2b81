package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a study, their version, and whose study it is. */
final class StudySchema {
  /** Stands in {@code PRAGMA user_version}; raised whenever a table changes. */
  static final int VERSION = 3;

  /** Stands in {@code PRAGMA application_id}: "Mixt". */
  private static final int APPLICATION = 0x4d697874;

  private static final String SCORE =
      "samples INTEGER, reference REAL, score REAL, drop_low REAL, drop_high REAL,"
          + " right_count INTEGER, lost_count INTEGER, gained_count INTEGER";

  private static final String EVALUATIONS =
      "CREATE TABLE evaluations (id INTEGER PRIMARY KEY AUTOINCREMENT,"
          + " plan TEXT NOT NULL, "
          + SCORE
          + ", latency_millis REAL, latency_ratio REAL, latency_error REAL, latency_basis TEXT,"
          + " size_bytes INTEGER NOT NULL, stored_weight_bits REAL NOT NULL,"
          + " signature TEXT NOT NULL, failure TEXT, wall_seconds REAL,"
          + " recorded_at INTEGER NOT NULL, rounding TEXT NOT NULL, file_sha256 TEXT,"
          + " drop_upper REAL, climb TEXT, drop_at_least REAL, drop_estimate REAL,"
          + " UNIQUE (plan, rounding))";

  private static final String HOLDOUT =
      "CREATE TABLE holdout (id INTEGER PRIMARY KEY AUTOINCREMENT,"
          + " plan TEXT NOT NULL, "
          + SCORE
          + ", recorded_at INTEGER NOT NULL, rounding TEXT NOT NULL, drop_upper REAL,"
          + " UNIQUE (plan, rounding))";

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE identity (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
              + " value TEXT NOT NULL)",
          EVALUATIONS,
          "CREATE TABLE latencies (id INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " signature TEXT NOT NULL UNIQUE, latency_millis REAL NOT NULL,"
              + " latency_ratio REAL NOT NULL, latency_error REAL NOT NULL,"
              + " latency_basis TEXT NOT NULL, recorded_at INTEGER NOT NULL)",
          HOLDOUT,
          StudyEnergies.TABLE,
          "CREATE TABLE documents (name TEXT PRIMARY KEY, json TEXT NOT NULL,"
              + " recorded_at INTEGER NOT NULL)");

  private StudySchema() {}

  /** Creates the tables of a new study, in one transaction: it is there wholly or not at all. */
  static void create(Connection connection, Map<String, String> identity) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        statement.execute(table);
      }
      statement.execute("PRAGMA application_id = " + APPLICATION);
      statement.execute("PRAGMA user_version = " + VERSION);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO identity (name, value) VALUES (?, ?)")) {
        for (Map.Entry<String, String> entry : identity.entrySet()) {
          insert.setString(1, entry.getKey());
          insert.setString(2, entry.getValue());
          insert.executeUpdate();
        }
      }
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Whether the database holds nothing at all yet. */
  static boolean isEmpty(Connection connection) throws SQLException {
    return number(connection, "SELECT count(*) FROM sqlite_master") == 0;
  }

  /** Refuses databases of other programs, of newer versions, and damaged ones. */
  static void check(Connection connection, Path file) throws SQLException {
    if (number(connection, "PRAGMA application_id") != APPLICATION) {
      throw new UserException(
          "'" + file + "' is a database of another program", "Choose another folder with --out");
    }
    long version = number(connection, "PRAGMA user_version");
    if (version < 1 || version > VERSION) {
      throw new UserException(
          "the study '" + file + "' has format " + version + ", this program reads 1 to " + VERSION,
          "Use the version of Mixtune that wrote it, or choose another folder with --out");
    }
    String health = text(connection, "PRAGMA quick_check(1)");
    if (!health.equals("ok")) {
      throw StudyFailure.damaged(file, health, new SQLException(health));
    }
  }

  /** Refuses to go on with a checked database of an older version: that one wrote other files. */
  static void requireCurrent(Connection connection, Path file) throws SQLException {
    long version = number(connection, "PRAGMA user_version");
    if (version != VERSION) {
      throw new UserException(
          "the study '"
              + file
              + "' has format "
              + version
              + ": this program reads, reports and compares it, and goes on with format "
              + VERSION
              + " only",
          "Go on with the version of Mixtune that wrote it, or choose another folder with --out");
    }
  }

  /**
   * Lets a reader of an older database see the tables of this version; the file is not changed.
   * Format 1 knew one evaluation for each plan, with the library's weights, and only metrics that
   * count right answers; formats 1 and 2 scored every plan on the whole search split at once. What
   * came later is filled in.
   */
  static void showAsCurrent(Connection connection) throws SQLException {
    StudyEnergies.show(connection);
    long version = number(connection, "PRAGMA user_version");
    if (version == VERSION) {
      return;
    }
    String sinceSecond = ", 'library' AS rounding, NULL AS drop_upper";
    String sinceThird = ", NULL AS climb, NULL AS drop_at_least, NULL AS drop_estimate";
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMP VIEW evaluations AS SELECT *"
              + (version == 1 ? sinceSecond + ", NULL AS file_sha256" : "")
              + sinceThird
              + " FROM main.evaluations");
      if (version == 1) {
        statement.execute(
            "CREATE TEMP VIEW holdout AS SELECT *" + sinceSecond + " FROM main.holdout");
      }
    }
  }

  /** Names the first difference between the study's identity and the one asked for. */
  static void checkIdentity(Connection connection, Path file, Map<String, String> asked)
      throws SQLException {
    Map<String, String> stored = identity(connection);
    for (Map.Entry<String, String> entry : asked.entrySet()) {
      String name = entry.getKey();
      String value = stored.get(name);
      if (!entry.getValue().equals(value)) {
        throw differs(file, name, value == null ? "none" : quoted(value), quoted(entry.getValue()));
      }
    }
    for (Map.Entry<String, String> entry : stored.entrySet()) {
      if (!asked.containsKey(entry.getKey())) {
        throw differs(file, entry.getKey(), quoted(entry.getValue()), "none");
      }
    }
  }

  private static String quoted(String value) {
    return "'" + value + "'";
  }

  private static UserException differs(Path file, String name, String stored, String asked) {
    return new UserException(
        "the study '"
            + file
            + "' belongs to another run: its "
            + name
            + " is "
            + stored
            + ", this run's is "
            + asked,
        "Choose another folder with --out, or run with the study's own " + name);
  }

  /** The identity in the order in which it was given. */
  static Map<String, String> identity(Connection connection) throws SQLException {
    Map<String, String> identity = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT name, value FROM identity ORDER BY position")) {
      while (rows.next()) {
        identity.put(rows.getString(1), rows.getString(2));
      }
    }
    return identity;
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }
}
