package dev.mixtune.training;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes arrays in NumPy's format, version 1.0 (NEP 1). A file name that ends in {@code .gz} is
 * compressed, with no time stamp in it, so that the same array gives the same bytes.
 */
final class NpyWriter {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  private NpyWriter() {}

  /** Writes unsigned bytes, row-major. */
  static void writeBytes(Path file, byte[] values, int... shape) throws IOException {
    write(file, header("|u1", values.length, shape), values);
  }

  /** Writes 64-bit integers, row-major. */
  static void writeLongs(Path file, long[] values, int... shape) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    LongStream.of(values).forEach(bytes::putLong);
    write(file, header("<i8", values.length, shape), bytes.array());
  }

  private static byte[] header(String type, int length, int... shape) {
    if (IntStream.of(shape).reduce(1, Math::multiplyExact) != length) {
      throw new IllegalArgumentException("%d values do not fill the given shape".formatted(length));
    }
    StringBuilder tuple = new StringBuilder("(");
    for (int i = 0; i < shape.length; i++) {
      tuple
          .append(i == 0 ? "" : " ")
          .append(shape[i])
          .append(i < shape.length - 1 || i == 0 ? "," : "");
    }
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': %s), }".formatted(type, tuple);
    int prefix = MAGIC.length + Short.BYTES;
    int padding = ALIGNMENT - 1 - (prefix + text.length()) % ALIGNMENT;
    byte[] padded = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(prefix + padded.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) padded.length)
        .put(padded)
        .array();
  }

  private static void write(Path file, byte[] header, byte[] values) throws IOException {
    try (OutputStream out = open(file)) {
      out.write(header);
      out.write(values);
    }
  }

  private static OutputStream open(Path file) throws IOException {
    OutputStream raw = Files.newOutputStream(file);
    return file.toString().endsWith(".gz") ? new BestGzip(raw) : raw;
  }

  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
