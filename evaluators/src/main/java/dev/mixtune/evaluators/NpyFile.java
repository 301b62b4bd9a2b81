package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An array file, read row by row. A plain file is never held in memory; a .npy.gz is, because it
 * cannot be read out of order, and is refused above {@value #MAX_UNPACKED} bytes. Thread-safe.
 */
final class NpyFile implements AutoCloseable {
  static final long MAX_UNPACKED = 512L << 20;

  private final String name;
  private final NpyHeader header;
  private final @Nullable RandomAccessFile file;
  private final byte[] unpacked;

  private NpyFile(String name, NpyHeader header, @Nullable RandomAccessFile file, byte[] unpacked) {
    this.name = name;
    this.header = header;
    this.file = file;
    this.unpacked = unpacked;
  }

  /** Whether the file's name says that it is an array file. */
  static boolean isArray(Path path) {
    return path.toString().endsWith(".npy") || path.toString().endsWith(".npy.gz");
  }

  /**
   * Opens an array file.
   *
   * @param field where it was named, for messages
   * @throws UserException when it is missing, damaged, truncated or of a kind we do not read
   */
  static NpyFile open(Path path, String field) {
    String name = field + " " + path;
    if (!Files.isRegularFile(path)) {
      throw new UserException(name + ": there is no such file", "Name an existing .npy file");
    }
    try {
      return path.toString().endsWith(".gz") ? unpack(path, name) : openPlain(path, name);
    } catch (IOException e) {
      throw new UserException(name + " cannot be read: " + e, "Copy or write it again", e);
    }
  }

  private static NpyFile openPlain(Path path, String name) throws IOException {
    NpyHeader header;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      header = NpyHeader.read(in, name);
    }
    long there = Files.size(path) - header.payloadOffset();
    if (there < header.payloadBytes()) {
      throw truncated(name, header, there);
    }
    return new NpyFile(name, header, new RandomAccessFile(path.toFile(), "r"), new byte[0]);
  }

  private static NpyFile unpack(Path path, String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path), 1 << 16)) {
      NpyHeader header = NpyHeader.read(in, name);
      if (header.payloadBytes() > MAX_UNPACKED) {
        throw new UserException(
            name + " unpacks to " + header.payloadBytes() + " bytes, which would stay in memory",
            "Unpack it with gunzip and name the .npy file: that is read from disk");
      }
      byte[] unpacked = in.readNBytes((int) header.payloadBytes());
      if (unpacked.length < header.payloadBytes()) {
        throw truncated(name, header, unpacked.length);
      }
      return new NpyFile(name, header, null, unpacked);
    } catch (EOFException e) {
      throw new UserException(name + " ends early", "The file is truncated: copy it again", e);
    }
  }

  private static UserException truncated(String name, NpyHeader header, long there) {
    return new UserException(
        name
            + " holds "
            + there
            + " bytes of data, and its header promises "
            + header.payloadBytes()
            + " (shape "
            + header.shape()
            + ")",
        "The file is truncated: copy it again");
  }

  NpyHeader header() {
    return header;
  }

  /** Number of rows: the length of the first axis. */
  int rows() {
    if (header.rows() > Integer.MAX_VALUE || header.rowBytes() > Integer.MAX_VALUE) {
      throw new UserException(
          name + " has the shape " + header.shape(), "At most 2^31 - 1 samples and bytes each");
    }
    return (int) header.rows();
  }

  /** The bytes of one row, as stored. */
  byte[] row(int index) {
    byte[] row = new byte[(int) header.rowBytes()];
    long start = index * header.rowBytes();
    if (file == null) {
      System.arraycopy(unpacked, (int) start, row, 0, row.length);
      return row;
    }
    // One lock, not a channel: a channel closes for everybody when one worker is interrupted.
    synchronized (file) {
      try {
        file.seek(header.payloadOffset() + start);
        file.readFully(row);
      } catch (IOException e) {
        throw new UncheckedIOException(name + " can no longer be read at sample " + index, e);
      }
    }
    return row;
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(name + " cannot be closed", e);
      }
    }
  }
}
