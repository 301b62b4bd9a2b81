package dev.mixtune.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Opens the database file of a study. */
final class StudyConnection {
  private static final int BUSY_MILLIS = 10_000;

  /** WAL needs memory that all processes share, which these file systems do not give. */
  private static final Set<String> REMOTE =
      Set.of(
          "nfs",
          "nfs4",
          "lustre",
          "gpfs",
          "cifs",
          "smbfs",
          "smb2",
          "smb3",
          "afs",
          "ceph",
          "beegfs",
          "fuse.sshfs",
          "9p");

  private StudyConnection() {}

  static Connection forWriting(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.setJournalMode(journalMode(fileSystem(file)));
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    return open(file, config);
  }

  static Connection forReading(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    return open(file, config);
  }

  /** Write-ahead log where the file system carries it, else the rollback journal. */
  static SQLiteConfig.JournalMode journalMode(String fileSystem) {
    return REMOTE.contains(fileSystem.toLowerCase(Locale.ROOT))
        ? SQLiteConfig.JournalMode.TRUNCATE
        : SQLiteConfig.JournalMode.WAL;
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  private static Connection open(Path file, SQLiteConfig config) throws SQLException {
    SQLiteDataSource source = new SQLiteDataSource(config);
    // As a URI: a plain path would be cut at a question mark.
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath().toUri().toASCIIString());
    return source.getConnection();
  }

  private static String fileSystem(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      return Files.getFileStore(folder == null ? file : folder).type();
    } catch (IOException e) {
      return ""; // unknown: opening the file will tell what is wrong with it
    }
  }
}
