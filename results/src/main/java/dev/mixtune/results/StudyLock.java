package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second process from writing the same study. The operating system releases the lock when
 * the process dies, however it dies.
 *
 * <p>The lock lies in a file of its own: POSIX drops all of a process's locks on a file as soon as
 * any of its handles is closed, so a lock on study.db itself would destroy SQLite's.
 */
final class StudyLock implements AutoCloseable {
  private static final long BYTE = Long.MAX_VALUE - 1; // beyond the text, which stays readable

  private final FileChannel channel;

  private StudyLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws UserException when another store holds the lock, in this process or in another one
   */
  static StudyLock acquire(Path study) {
    Path file = study.resolveSibling(study.getFileName() + ".lock");
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw cannotLock(file, e);
    }
    try {
      if (tryLock(channel) == null) {
        String holder = Files.readString(file).trim();
        throw new UserException(
            "the study '" + study + "' is in use" + (holder.isEmpty() ? "" : " by " + holder),
            "Wait for it, end it, or choose another folder with --out");
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              ("process " + ProcessHandle.current().pid() + "\n")
                  .getBytes(StandardCharsets.UTF_8)));
      return new StudyLock(channel);
    } catch (IOException e) {
      closeAfter(channel, e);
      throw cannotLock(file, e);
    } catch (UserException e) {
      closeAfter(channel, e);
      throw e;
    }
  }

  private static void closeAfter(FileChannel channel, Exception cause) {
    try {
      channel.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      return null; // held inside this very process
    }
  }

  private static UserException cannotLock(Path file, IOException e) {
    return new UserException(
        "cannot lock '" + file + "': " + AtomicFile.reason(e),
        "Choose a folder on a local disk with --out",
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
