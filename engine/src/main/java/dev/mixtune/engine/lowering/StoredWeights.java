package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes rounded weights so that every runtime of the last years sees plain INT8 weights once the
 * session is open.
 *
 * <p>8-bit codes are an INT8 constant. Narrower ones are packed into a UINT8 constant, low bits
 * first, and unpacked by BitShift, Mod, Concat, Reshape, Cast and Sub, all of which fold at load.
 * Codebooks are packed indices, unpacked in the same way, and a GatherElements from a table of INT8
 * codes per channel.
 */
final class StoredWeights {
  private final GraphBuilder builder;
  private final Map<String, String> codes = new HashMap<>();
  private long bytes;

  StoredWeights(GraphBuilder builder) {
    this.builder = builder;
  }

  /** Bytes of all weights, scales and tables stored so far. */
  long bytes() {
    return bytes;
  }

  /** Counts bytes that a pattern stored by itself. */
  void count(long added) {
    bytes += added;
  }

  /**
   * The INT8 codes of a weight.
   *
   * @param weight name of the weight in the source model; the codes are named after it
   * @param shape of the weight
   * @return the name of an INT8 value of that shape
   */
  String codes(String weight, List<Long> shape, RoundedWeights rounded) {
    return codes.computeIfAbsent(
        weight + "/" + rounded.bits(), key -> store(weight + codesSuffix(), shape, rounded));
  }

  /** Marks the INT8 codes of a weight, in the model and in the optimised graph. */
  static String codesSuffix() {
    return "_q";
  }

  private String store(String wanted, List<Long> shape, RoundedWeights rounded) {
    String name = builder.freshName(wanted);
    if (rounded.bits() == 8) {
      bytes += rounded.codes().length;
      return builder.constant(
          name, Constants.ofBytes(name, Constants.INT8, shape, rounded.codes()));
    }
    return rounded.isUniform() ? unpacked(name, shape, rounded) : lookedUp(name, shape, rounded);
  }

  private String unpacked(String name, List<Long> shape, RoundedWeights rounded) {
    int offset = 1 << (rounded.bits() - 1);
    byte[] unsigned = new byte[rounded.codes().length];
    for (int i = 0; i < unsigned.length; i++) {
      unsigned[i] = (byte) (rounded.codes()[i] + offset);
    }
    String wide = unpack(unsigned, rounded.bits(), shape);
    String zero = builder.constant(Constants.ofInts("", List.of(), offset));
    String signed = builder.node("Sub", List.of(wide, zero));
    return cast(name, signed, Constants.INT8);
  }

  /** A codebook: indices into one short table per channel. */
  private String lookedUp(String name, List<Long> shape, RoundedWeights rounded) {
    CodebookTable book = CodebookTable.of(rounded);
    bytes += book.table().length;
    String table =
        builder.constant(Constants.ofBytes("", Constants.INT8, book.tableShape(), book.table()));
    String indices = unpack(book.indices(), rounded.bits(), book.indexShape());
    String codes =
        builder.node(
            "GatherElements", List.of(table, indices), GraphBuilder.attribute("axis", book.axis()));
    long[] axes = shape.stream().mapToLong(Long::longValue).toArray();
    return builder.node(name, "Reshape", "", List.of(codes, longs(axes)));
  }

  /** Stores unsigned codes packed; the answer is an INT32 value of the given shape. */
  private String unpack(byte[] unsigned, int bits, List<Long> shape) {
    int perByte = 8 / bits;
    byte[] packed = pack(unsigned, bits);
    bytes += packed.length;
    String bytesName =
        builder.constant(
            builder.freshName(),
            Constants.ofBytes("", Constants.UINT8, List.of((long) packed.length, 1L), packed));
    String modulus = scalar(1 << bits);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < perByte; i++) {
      String part = bytesName;
      if (i > 0) {
        part =
            builder.node(
                "BitShift",
                List.of(part, scalar(bits * i)),
                GraphBuilder.attribute("direction", "RIGHT"));
      }
      if (i < perByte - 1) {
        part = builder.node("Mod", List.of(part, modulus));
      }
      parts.add(part);
    }
    String joined = builder.node("Concat", parts, GraphBuilder.attribute("axis", 1));
    String shaped = reshape(joined, shape, unsigned.length, packed.length * perByte);
    return cast(builder.freshName(), shaped, Constants.INT32);
  }

  /** Cuts the padding off, if there is any, and gives the codes the weight's shape. */
  private String reshape(String joined, List<Long> shape, int count, int padded) {
    String flat = joined;
    if (padded != count) {
      flat = builder.node("Reshape", List.of(joined, longs(-1)));
      flat = builder.node("Slice", List.of(flat, longs(0), longs(count)));
    }
    long[] axes = shape.stream().mapToLong(Long::longValue).toArray();
    return builder.node("Reshape", List.of(flat, longs(axes)));
  }

  private String cast(String output, String input, int type) {
    return builder.node(output, "Cast", "", List.of(input), GraphBuilder.attribute("to", type));
  }

  private String scalar(int value) {
    TensorProto tensor =
        Constants.ofBytes("", Constants.UINT8, List.of(), new byte[] {(byte) value});
    return builder.constant(tensor);
  }

  private String longs(long... values) {
    return builder.constant(Constants.ofLongs("", List.of((long) values.length), values));
  }

  /** Packs unsigned codes, low bits first. */
  private static byte[] pack(byte[] codes, int bits) {
    int perByte = 8 / bits;
    byte[] packed = new byte[(codes.length + perByte - 1) / perByte];
    for (int i = 0; i < codes.length; i++) {
      packed[i / perByte] |= (byte) (codes[i] << (bits * (i % perByte)));
    }
    return packed;
  }

  /** Per-channel scales of a weight. */
  String scales(float[] scales) {
    bytes += (long) scales.length * Float.BYTES;
    return builder.constant(Constants.ofFloats("", List.of((long) scales.length), scales));
  }

  /** Per-channel zero points, all 0. */
  String zeroPoints(int channels) {
    return builder.constant(
        Constants.ofBytes("", Constants.INT8, List.of((long) channels), new byte[channels]));
  }
}
