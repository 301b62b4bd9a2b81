package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of a NumPy array file, format versions 1 to 3 (<a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">description</a>).
 *
 * @param type element type
 * @param shape axis lengths, outermost first; at least one axis, none of them 0
 * @param payloadOffset bytes before the first element
 */
record NpyHeader(ElementType type, List<Long> shape, int payloadOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']{1,8})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

  /** Little-endian element types. */
  enum ElementType {
    UINT8("uint8", 1, "|u1"),
    INT8("int8", 1, "|i1"),
    INT32("int32", 4, "<i4"),
    INT64("int64", 8, "<i8"),
    FLOAT32("float32", 4, "<f4");

    final String numpyName;
    final int bytes;
    private final String descr;

    ElementType(String numpyName, int bytes, String descr) {
      this.numpyName = numpyName;
      this.bytes = bytes;
      this.descr = descr;
    }
  }

  NpyHeader {
    shape = List.copyOf(shape);
  }

  long rows() {
    return shape.get(0);
  }

  /** Shape of one row, without the first axis. */
  List<Long> rowShape() {
    return shape.subList(1, shape.size());
  }

  /** Bytes of one row. */
  long rowBytes() {
    return payloadBytes() / rows();
  }

  long payloadBytes() {
    return Tensor.elements(shape.stream().mapToLong(Long::longValue).toArray()) * type.bytes;
  }

  /**
   * Reads a header and leaves the stream at the first element.
   *
   * @param name the file, for messages
   * @throws UserException when it is not an array file, or one of a kind we do not read
   */
  static NpyHeader read(InputStream in, String name) throws IOException {
    byte[] start = in.readNBytes(8);
    if (start.length < 8 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new UserException(
          name + " is not a NumPy array file", "Write it with numpy.save, or name another file");
    }
    int version = start[6];
    if (version < 1 || version > 3) {
      throw new UserException(
          name + " has NumPy format version " + version, "Versions 1 to 3 are read");
    }
    int lengthBytes = version == 1 ? 2 : 4;
    byte[] length = in.readNBytes(lengthBytes);
    long headerBytes = 0;
    for (int i = 0; i < length.length; i++) {
      headerBytes |= (length[i] & 0xffL) << (8 * i);
    }
    if (length.length < lengthBytes || headerBytes > MAX_HEADER) {
      throw new UserException(
          name + " has a header of " + headerBytes + " bytes",
          "The file is damaged: write it again");
    }
    byte[] text = in.readNBytes((int) headerBytes);
    if (text.length < headerBytes) {
      throw new UserException(
          name + " ends inside its header", "The file is truncated: copy it again");
    }
    return parse(
        new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
        8 + lengthBytes + text.length,
        name);
  }

  private static NpyHeader parse(String text, int payloadOffset, String name) {
    String descr = find(DESCR, text, name, "descr");
    ElementType type =
        Arrays.stream(ElementType.values())
            .filter(
                t ->
                    t.descr.equals(descr) || (t.bytes == 1 && descr.endsWith(t.descr.substring(1))))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserException(
                        name + " holds elements of type '" + descr + "'",
                        "Read are, little-endian: "
                            + Arrays.stream(ElementType.values())
                                .map(t -> t.numpyName)
                                .collect(Collectors.joining(", "))
                            + ". Convert with array.astype(...)"));
    if (find(ORDER, text, name, "fortran_order").equals("True")) {
      throw new UserException(
          name + " is stored in Fortran order", "Save numpy.ascontiguousarray(array)");
    }
    return new NpyHeader(type, shape(find(SHAPE, text, name, "shape"), type, name), payloadOffset);
  }

  private static List<Long> shape(String text, ElementType type, String name) {
    try {
      List<Long> shape =
          Arrays.stream(text.split(","))
              .map(axis -> axis.replace("L", "").strip())
              .filter(axis -> !axis.isEmpty())
              .map(Long::valueOf)
              .toList();
      long elements = Tensor.elements(shape.stream().mapToLong(Long::longValue).toArray());
      Math.multiplyExact(elements, (long) type.bytes);
      if (shape.isEmpty() || elements == 0) {
        throw new UserException(
            name + " has the shape (" + text + "): there are no samples", "Name another file");
      }
      return shape;
    } catch (NumberFormatException | ArithmeticException e) {
      throw new UserException(
          name + " has the impossible shape (" + text + ")",
          "The file is damaged: write it again",
          e);
    }
  }

  private static String find(Pattern pattern, String text, String name, String key) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new UserException(
          name + " has no readable '" + key + "' in its header",
          "Only plain arrays are read, no structured ones: write it again with numpy.save");
    }
    return matcher.group(1);
  }
}
