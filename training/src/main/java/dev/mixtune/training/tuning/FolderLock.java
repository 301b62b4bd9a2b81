package dev.mixtune.training.tuning;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One training at a time in a folder: two would write the same checkpoint. Ends with the process.
 */
record FolderLock(FileChannel channel) implements AutoCloseable {

  /**
   * Makes the folder where it is missing, and takes it.
   *
   * @throws UserException when it cannot be made, or another process trains there
   */
  static FolderLock take(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("training.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isTaken(channel)) {
        channel.close();
        throw new UserException(
            "another process is training in '" + folder + "'",
            "Wait for its end, or stop it: what it has trained is kept.");
      }
      return new FolderLock(channel);
    } catch (IOException e) {
      throw new UserException(
          "the folder '" + folder + "' cannot be made or written: " + e, "Choose another one.", e);
    }
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // This very process trains there.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the folder", e);
    }
  }
}
