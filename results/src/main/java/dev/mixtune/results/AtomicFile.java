package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes whole files: a reader sees the old content or the new one, never a part of it. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Replaces the file's content. When it returns the bytes are on disk; when it throws the old file
   * is as it was.
   *
   * @param path the file; its folder must exist
   * @throws UserException when the folder cannot be written or the disk is full
   */
  public static void write(Path path, byte[] bytes) {
    Path target = path.toAbsolutePath();
    Path folder = target.getParent();
    Path name = target.getFileName();
    if (folder == null || name == null) {
      throw new UserException("'" + path + "' is no file", "Name a file inside a folder");
    }
    // One process and thread cannot write the same file twice at once, so this name is free.
    Path temporary =
        folder.resolve(
            "."
                + name
                + "."
                + ProcessHandle.current().pid()
                + "."
                + Thread.currentThread().getId()
                + ".tmp");
    try {
      writeDurably(temporary, bytes);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      discard(temporary, e);
      throw new UserException(
          "cannot write '" + path + "': " + reason(e),
          "Free some space there or choose another folder with --out",
          e);
    }
    flushFolder(folder);
  }

  /** As above, the text in UTF-8. */
  public static void write(Path path, String text) {
    write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void writeDurably(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Makes the new name itself durable. Not every system can open a folder; those need not. */
  private static void flushFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The content is durable already; only the age of the name is at stake.
      return;
    }
  }

  private static void discard(Path temporary, IOException cause) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** The name of the exception says more than its message, which is often only the path. */
  static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + " (" + e.getMessage() + ")";
  }
}
