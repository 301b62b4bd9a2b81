package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** Tells what a database error means for the user. */
final class StudyFailure {
  private StudyFailure() {}

  static RuntimeException of(Path file, SQLException e) {
    // Extended codes carry the primary one in their lowest byte.
    SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
    return switch (code) {
      // Our statements are right: an error in one means that the tables are not ours.
      case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_TOOBIG ->
          damaged(file, String.valueOf(e.getMessage()), e);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new UserException(
              "the study '" + file + "' is locked by another program",
              "Close the program that has it open",
              e);
      case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
          new UserException(
              "cannot read or write the study '" + file + "': " + e.getMessage(),
              "Check the free space and the rights of its folder, or choose another with --out",
              e);
      default -> new IllegalStateException("study '" + file + "': " + e.getMessage(), e);
    };
  }

  static UserException damaged(Path file, String detail, Exception e) {
    return new UserException(
        "'" + file + "' is no study or is damaged: " + detail,
        "Move it away to start anew, or choose another folder with --out",
        e);
  }
}
