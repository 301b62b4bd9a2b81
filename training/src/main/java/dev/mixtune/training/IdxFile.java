package dev.mixtune.training;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The array of one gzipped IDX file of unsigned bytes, the format of the MNIST family.
 *
 * <p>An IDX file starts with the bytes 0, 0, type (8 is unsigned byte) and rank, then one
 * big-endian int per dimension, then the values in row-major order.
 *
 * @param shape the size of each dimension
 * @param values the unsigned bytes, row-major; as many as the product of {@code shape}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of data that is never compared
record IdxFile(List<Integer> shape, byte[] values) {
  private static final int UNSIGNED_BYTE = 8;

  IdxFile {
    shape = List.copyOf(shape);
  }

  /**
   * Reads the file of {@code rank} dimensions.
   *
   * @throws IOException if the file cannot be read, is no IDX file of unsigned bytes, or has
   *     another rank or length
   */
  static IdxFile read(Path file, int rank) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new GZIPInputStream(raw, 1 << 16))) {
      int magic = in.readInt();
      int expected = UNSIGNED_BYTE << 8 | rank;
      if (magic != expected) {
        throw new IOException(
            "%s: the IDX header is 0x%08x, not 0x%08x (unsigned bytes of %d dimensions). Maybe it is another file of the data set."
                .formatted(file, magic, expected, rank));
      }
      List<Integer> shape = new ArrayList<>();
      int length = 1;
      for (int dimension = 0; dimension < rank; dimension++) {
        int size = in.readInt();
        if (size < 0) {
          throw new IOException(
              "%s: dimension %d has the negative size %d.".formatted(file, dimension, size));
        }
        shape.add(size);
        length = Math.multiplyExact(length, size);
      }
      byte[] values = in.readNBytes(length);
      if (values.length != length || in.read() != -1) {
        throw new IOException(
            "%s: the shape %s asks for %d values, but the file holds %s."
                .formatted(
                    file,
                    shape,
                    length,
                    values.length == length ? "more" : "only " + values.length));
      }
      return new IdxFile(shape, values);
    } catch (EOFException e) {
      throw new IOException(
          file + ": the file ends too early. Maybe a download or a copy was cut off.", e);
    }
  }
}
