package dev.mixtune.results;

import dev.mixtune.engine.Energy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Modelled energy by kernel signature, beside the tables that every study has: a study without the
 * objective has no row in it, and one that was begun before there was energy gets the table when it
 * goes on. Programs that do not know it pass it over.
 */
final class StudyEnergies {
  static final String TABLE =
      "CREATE TABLE IF NOT EXISTS energies (signature TEXT PRIMARY KEY, millijoules REAL NOT NULL,"
          + " ratio REAL NOT NULL)";

  /** Follows the columns of evaluations. */
  static final String COLUMNS = ", " + column("millijoules") + ", " + column("ratio");

  static final String INSERT =
      "INSERT INTO energies (signature, millijoules, ratio) VALUES (?, ?, ?)"
          + " ON CONFLICT (signature) DO NOTHING";

  private StudyEnergies() {}

  private static String column(String name) {
    return "(SELECT energies."
        + name
        + " FROM energies WHERE energies.signature = evaluations.signature) AS energy_"
        + name;
  }

  /** Adds the table to a study that is written. */
  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
  }

  /** Shows a reader of a study without the table an empty one. */
  static void show(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery("SELECT 1 FROM sqlite_master WHERE name = 'energies'")) {
      if (tables.next()) {
        return;
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMP VIEW energies AS"
              + " SELECT NULL AS signature, NULL AS millijoules, NULL AS ratio WHERE 0");
    }
  }

  /** What a row of evaluations says of energy. */
  static @Nullable Energy of(ResultSet row) throws SQLException {
    double millijoules = row.getDouble("energy_millijoules");
    return row.wasNull() ? null : new Energy(millijoules, row.getDouble("energy_ratio"));
  }
}
