package dev.mixtune.cli.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that a worker process and its owner both see: a file that both have mapped. Its name is
 * removed as soon as both have it open, so that nothing stays behind, whoever is killed.
 *
 * <p>New pages are written before they are mapped: a full disk then is an {@link IOException}, and
 * not a fault in the middle of a copy.
 */
final class SharedMemory implements AutoCloseable {
  private static final long LEAST_BYTES = 1L << 20;
  private static final int ZEROS = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private ByteBuffer mapped = ByteBuffer.allocate(0);

  private SharedMemory(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Makes the file, which must not exist yet. */
  static SharedMemory create(Path file) throws IOException {
    return new SharedMemory(
        file,
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** Opens the file that the owner made. */
  static SharedMemory join(Path file) throws IOException {
    return new SharedMemory(
        file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  Path file() {
    return file;
  }

  /** Removes the name; the memory stays until both have closed it. */
  void unlink() throws IOException {
    Files.deleteIfExists(file);
  }

  /** A view of the first bytes, in this machine's byte order, after growing the file to them. */
  ByteBuffer forWriting(long bytes) throws IOException {
    if (channel.size() < bytes) {
      grow(Math.max(LEAST_BYTES, bytes));
    }
    return view(bytes);
  }

  /** A view of the first bytes, which the other side has written. */
  ByteBuffer view(long bytes) throws IOException {
    if (mapped.capacity() < bytes) {
      MappedByteBuffer all = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
      if (all.capacity() < bytes) {
        throw new IOException("shared memory has " + all.capacity() + " of " + bytes + " bytes");
      }
      mapped = all;
    }
    return mapped.duplicate().order(ByteOrder.nativeOrder()).position(0).limit((int) bytes);
  }

  private void grow(long bytes) throws IOException {
    if (bytes > Integer.MAX_VALUE) {
      throw new IOException(bytes + " bytes are more than can be handed over at once");
    }
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
    for (long at = channel.size(); at < bytes; ) {
      zeros.clear().limit((int) Math.min(ZEROS, bytes - at));
      at += channel.write(zeros, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
