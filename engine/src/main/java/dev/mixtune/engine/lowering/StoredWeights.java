package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Writes rounded weights so that every runtime of the last years sees plain INT8 weights once the
 * session is open. Equal tensors are stored, unpacked and counted once.
 *
 * <p>8-bit codes are an INT8 constant. Narrower ones are packed into a UINT8 constant, low bits
 * first. Each byte picks its codes from a table by Gather; the table is computed by Range, Div,
 * Mod, Sub and Cast. All of it folds at load. Codebooks are packed indices, unpacked in the same
 * way, and a GatherElements from a table of INT8 codes per channel. Pruned weights are a mask of
 * one bit each and the codes that are left; CumSum counts these, and Gather spreads them.
 */
final class StoredWeights {
  private static final int BYTE_VALUES = 256;

  private final GraphBuilder builder;
  private final StoredForm.Source forms;
  private final Map<Packed, String> codes = new HashMap<>();
  private final Map<Spread, String> spreads = new HashMap<>();
  private final Map<Book, String> books = new HashMap<>();
  private final Map<String, String> halves = new HashMap<>();
  private final Map<String, String> dequantized = new HashMap<>();
  private final Map<String, String> floatTables = new HashMap<>();
  private final Map<Integer, String> tables = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private long bytes;

  private record Packed(String constant, int bits, List<Long> shape) {}

  private record Spread(String codes, String mask, List<Long> shape) {}

  private record Book(String table, String indices, List<Long> shape) {}

  /**
   * @param forms of the weights
   */
  StoredWeights(GraphBuilder builder, StoredForm.Source forms) {
    this.builder = builder;
    this.forms = forms;
  }

  /** Bytes of all weights, scales, zero points and tables stored so far. */
  long bytes() {
    return bytes;
  }

  /** Counts a float weight that stays as it is in the model. */
  void countFloat(String weight, long parameters) {
    if (counted.add(weight)) {
      bytes += parameters * builder.bytesEach(weight);
    }
  }

  /**
   * The INT8 codes of a weight.
   *
   * @param shape of the weight
   * @return the name of an INT8 value of that shape
   */
  String codes(List<Long> shape, RoundedWeights rounded) {
    return read(forms.of(rounded, shape, () -> StoredForm.of(shape, rounded)));
  }

  /** The INT8 codes of a form, or the constant that it is. */
  private String read(StoredForm form) {
    if (form instanceof StoredForm.Packed packed) {
      return unpacked(packed);
    }
    if (form instanceof StoredForm.Codebook book) {
      return lookedUp(book);
    }
    return form instanceof StoredForm.Pruned pruned
        ? spread(pruned)
        : stored(((StoredForm.Whole) form).constant());
  }

  private String unpacked(StoredForm.Packed form) {
    return codes.computeIfAbsent(
        new Packed(stored(form.constant()), form.bits(), form.shape()), this::unpack);
  }

  private String lookedUp(StoredForm.Codebook form) {
    String table = stored(form.table());
    return books.computeIfAbsent(
        new Book(table, unpacked(form.indices()), form.shape()),
        key -> lookUp(key, form.axis(), form.indices().bits()));
  }

  private String lookUp(Book book, int axis, int bits) {
    String indices =
        builder.node(
            "Add", List.of(cast(book.indices(), Constants.INT32), scalar(1 << (bits - 1))));
    String looked =
        builder.node(
            "GatherElements", List.of(book.table(), indices), GraphBuilder.attribute("axis", axis));
    return builder.node("Reshape", List.of(looked, longs(axes(book.shape()))));
  }

  /** The codes that pruning left, each at its place, and zeros between them. */
  private String spread(StoredForm.Pruned form) {
    return spreads.computeIfAbsent(
        new Spread(read(form.codes()), unpacked(form.mask()), form.shape()),
        key -> {
          // One bit unpacks to -1 and 0: minus the count, times -1 where a code was kept.
          String kept = cast(key.mask(), Constants.INT32);
          String counted = builder.node("CumSum", List.of(kept, scalar(0)));
          String places = builder.node("Mul", List.of(counted, kept));
          String codes = builder.node("Gather", List.of(key.codes(), places));
          return builder.node("Reshape", List.of(codes, longs(axes(key.shape()))));
        });
  }

  /** The float value of a weight stored in half precision. */
  String half(List<Long> shape, byte[] half) {
    return halves.computeIfAbsent(
        halfTable(shape, half), constant -> cast(constant, Constants.FLOAT));
  }

  /** A table in half precision as it is stored. */
  String halfTable(List<Long> shape, byte[] half) {
    return whole(half, Constants.FLOAT16, shape, () -> half);
  }

  /** The float value of a weight stored in codes. */
  String floats(List<Long> shape, RoundedWeights rounded) {
    List<Long> scaleShape = new ArrayList<>(List.of((long) rounded.layout().channels()));
    for (int axis = rounded.layout().axis() + 1; axis < shape.size(); axis++) {
      scaleShape.add(1L);
    }
    String scales = scales(rounded.scales(), scaleShape);
    String narrow = codes(shape, rounded);
    return dequantized.computeIfAbsent(
        narrow + " " + scales,
        key -> builder.node("Mul", List.of(cast(narrow, Constants.FLOAT), scales)));
  }

  /** Rows with several codes in each byte. */
  String packedRows(PackedRows rows) {
    List<Long> shape = List.of((long) rows.rows(), (long) rows.rowBytes());
    return whole(rows.weights().codes(), Constants.UINT8, shape, rows::bytes);
  }

  /** The float value of the code in one part of each of the 256 bytes: {@code [256]}. */
  String floatCodes(int bits, int part) {
    return floatTables.computeIfAbsent(
        bits + "." + part,
        key -> {
          String column =
              builder.node(
                  "Gather", List.of(table(bits), scalar(part)), GraphBuilder.attribute("axis", 1));
          return cast(column, Constants.FLOAT);
        });
  }

  /** Packed blocks of a weight for MatMulNBits. */
  String blocks(BlockWeights weights) {
    List<Long> shape =
        List.of(
            (long) weights.outputs(),
            (long) weights.blocks(),
            (long) weights.blockSize() * weights.bits() / 8);
    return whole(weights, Constants.UINT8, shape, weights::packed);
  }

  private String whole(Object weight, int type, List<Long> shape, Supplier<byte[]> bytes) {
    return read(
        forms.of(
            weight,
            shape,
            () -> new StoredForm.Whole(Constants.ofBytes("", type, shape, bytes.get()))));
  }

  /** Scales of channels or blocks. */
  String scales(float[] scales) {
    return scales(scales, List.of((long) scales.length));
  }

  /** Scales of channels, in a shape that the weight is multiplied by. */
  String scales(float[] scales, List<Long> shape) {
    return stored(Constants.ofFloats("", shape, scales));
  }

  /** Per-channel zero points, all 0. */
  String zeroPoints(int channels) {
    return stored(
        Constants.ofBytes("", Constants.INT8, List.of((long) channels), new byte[channels]));
  }

  private String stored(TensorProto tensor) {
    String name = builder.constant(tensor);
    if (counted.add(name)) {
      bytes += tensor.getRawData().size();
    }
    return name;
  }

  private String unpack(Packed packed) {
    String indices = cast(packed.constant(), Constants.INT32);
    String parts = builder.node("Gather", List.of(table(packed.bits()), indices));
    int count = Math.toIntExact(Constants.elements(packed.shape()));
    if (count % (8 / packed.bits()) != 0) {
      String flat = builder.node("Reshape", List.of(parts, longs(-1)));
      parts = builder.node("Slice", List.of(flat, longs(0), longs(count)));
    }
    return builder.node("Reshape", List.of(parts, longs(axes(packed.shape()))));
  }

  /** The INT8 codes in each of the 256 bytes: {@code [256, 8 / bits]}. */
  private String table(int bits) {
    return tables.computeIfAbsent(
        bits,
        key -> {
          String range = builder.node("Range", List.of(scalar(0), scalar(BYTE_VALUES), scalar(1)));
          String column = builder.node("Reshape", List.of(range, longs(BYTE_VALUES, 1)));
          int[] divisors = IntStream.range(0, 8 / bits).map(i -> 1 << (i * bits)).toArray();
          String shifts =
              builder.constant(Constants.ofInts("", List.of((long) divisors.length), divisors));
          String shifted = builder.node("Div", List.of(column, shifts));
          String lowBits = builder.node("Mod", List.of(shifted, scalar(1 << bits)));
          String signed = builder.node("Sub", List.of(lowBits, scalar(1 << (bits - 1))));
          return cast(signed, Constants.INT8);
        });
  }

  private String cast(String input, int type) {
    return builder.node("Cast", List.of(input), GraphBuilder.attribute("to", type));
  }

  private String scalar(int value) {
    return builder.constant(Constants.ofInts("", List.of(), value));
  }

  private String longs(long... values) {
    return builder.constant(Constants.ofLongs("", List.of((long) values.length), values));
  }

  private static long[] axes(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
