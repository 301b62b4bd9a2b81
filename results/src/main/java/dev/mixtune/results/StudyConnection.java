package dev.mixtune.results;

import dev.mixtune.engine.UserException;
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

  /** Their locks and caches have cost databases before, see sqlite.org/useovernet.html. */
  private static final Set<String> REFUSED =
      Set.of(
          "nfs",
          "nfs3",
          "nfs4",
          "lustre",
          "beegfs",
          "afs",
          "cifs",
          "smbfs",
          "smb2",
          "smb3",
          "fuse.sshfs");

  /** WAL needs memory that all processes share, which these file systems do not give. */
  private static final Set<String> WITHOUT_SHARED_MEMORY = Set.of("gpfs", "ceph", "9p", "virtiofs");

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

  /**
   * Refuses file systems on which SQLite cannot be trusted.
   *
   * @param fileSystem its type, as the operating system names it
   */
  static void requireTrusted(Path file, String fileSystem) {
    if (REFUSED.contains(fileSystem.toLowerCase(Locale.ROOT))) {
      throw new UserException(
          "'"
              + file
              + "' would lie on a "
              + fileSystem
              + " file system, where a database can be damaged",
          "Name a folder on a local disk with --out, such as one in $TMPDIR or $SLURM_TMPDIR, and"
              + " copy it when the study has ended");
    }
  }

  /** Write-ahead log where the file system carries it, else the rollback journal. */
  static SQLiteConfig.JournalMode journalMode(String fileSystem) {
    return WITHOUT_SHARED_MEMORY.contains(fileSystem.toLowerCase(Locale.ROOT))
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

  /** Type of the file system that a file lies on; empty where it cannot be told. */
  static String fileSystem(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      return Files.getFileStore(folder == null ? file : folder).type();
    } catch (IOException e) {
      return ""; // unknown: opening the file will tell what is wrong with it
    }
  }
}
