package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/**
 * Weights in the form in which they are stored, packed once for all plans that take them: a search
 * lowers thousands of plans from the same few rounded tensors. A form goes when the tensor that it
 * was made of does. Thread-safe.
 */
final class PackedForms {
  /** By the array of codes, which equals itself alone. */
  private final Map<byte[], Form> forms = Collections.synchronizedMap(new WeakHashMap<>());

  private final Map<byte[], Optional<Rows>> rows = Collections.synchronizedMap(new WeakHashMap<>());
  private final Map<byte[], TensorProto> halves = Collections.synchronizedMap(new WeakHashMap<>());

  /** How a tensor of codes is stored. No form refers to the codes that it was made of. */
  sealed interface Form {}

  /** INT8 as it is, in the shape of the weight. */
  record Plain(TensorProto codes) implements Form {}

  /**
   * Several codes in each byte, low bits first, moved up so that the lowest is 0.
   *
   * @param bytes UINT8, one axis
   * @param bits of a code: 1, 2 or 4
   * @param count of the codes
   * @param shape that they are unpacked to
   */
  record Narrow(TensorProto bytes, int bits, int count, List<Long> shape) implements Form {}

  /**
   * Indices into one short table per channel.
   *
   * @param table INT8 codes
   * @param indices of two axes
   * @param axis of the table that the indices count along
   */
  record Book(TensorProto table, Narrow indices, int axis) implements Form {}

  /**
   * The codes that pruning left.
   *
   * @param codes {@link Plain} or {@link Narrow}, of one axis
   * @param mask one bit for each weight
   */
  record Pruned(Form codes, Narrow mask) implements Form {}

  /**
   * The rows of a table, several codes in each byte.
   *
   * @param codes UINT8, {@code [rows, bytes of a row]}
   * @param bits of a code: 2 or 4
   * @param width codes of a row
   * @param isPadded whether a row's bytes hold more codes than it has
   */
  record Rows(TensorProto codes, int bits, int width, boolean isPadded) {
    private static Rows of(PackedRows packed) {
      List<Long> shape = List.of((long) packed.rows(), (long) packed.rowBytes());
      return new Rows(
          Constants.ofBytes("", Constants.UINT8, shape, packed.bytes()),
          packed.bits(),
          packed.width(),
          packed.isPadded());
    }

    /** Codes in a byte. */
    int parts() {
      return Byte.SIZE / bits;
    }
  }

  /** The rows of a table of 2 or 4 bits; empty where its codes are a codebook. */
  Optional<Rows> rows(RoundedWeights rounded) {
    return rows.computeIfAbsent(
        rounded.codes(),
        codes ->
            rounded.isUniform() ? Optional.of(Rows.of(PackedRows.of(rounded))) : Optional.empty());
  }

  /**
   * The form of a weight.
   *
   * @param shape of the weight, always the same for the same codes
   */
  Form of(List<Long> shape, RoundedWeights rounded) {
    return forms.computeIfAbsent(rounded.codes(), codes -> made(shape, rounded));
  }

  /** A weight in half precision, in its own shape. */
  TensorProto half(List<Long> shape, byte[] half) {
    return halves.computeIfAbsent(
        half, bytes -> Constants.ofBytes("", Constants.FLOAT16, shape, bytes));
  }

  private static Form made(List<Long> shape, RoundedWeights rounded) {
    if (rounded.prunedBytes() > 0) {
      return pruned(PrunedCodes.of(rounded));
    }
    if (rounded.bits() == Byte.SIZE || rounded.isUniform()) {
      return plainOrNarrow(shape, rounded.codes(), rounded.bits());
    }
    CodebookTable book = CodebookTable.of(rounded);
    return new Book(
        Constants.ofBytes("", Constants.INT8, book.tableShape(), book.table()),
        narrow(book.indexShape(), book.indices(), rounded.bits()),
        book.axis());
  }

  private static Form pruned(PrunedCodes pruned) {
    List<Long> shape = List.of((long) pruned.codes().length);
    List<Long> all = List.of((long) pruned.mask().length);
    return new Pruned(
        plainOrNarrow(shape, pruned.codes(), pruned.bits()), narrow(all, pruned.mask(), 1));
  }

  private static Form plainOrNarrow(List<Long> shape, byte[] codes, int bits) {
    return bits == Byte.SIZE
        ? new Plain(Constants.ofBytes("", Constants.INT8, shape, codes))
        : narrow(shape, shifted(codes, bits), bits);
  }

  /** Codes moved up so that the lowest is 0. */
  private static byte[] shifted(byte[] codes, int bits) {
    byte[] unsigned = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      unsigned[i] = (byte) (codes[i] + (1 << (bits - 1)));
    }
    return unsigned;
  }

  private static Narrow narrow(List<Long> shape, byte[] unsigned, int bits) {
    int perByte = Byte.SIZE / bits;
    byte[] packed = new byte[(unsigned.length + perByte - 1) / perByte];
    for (int i = 0; i < unsigned.length; i++) {
      packed[i / perByte] |= (byte) (unsigned[i] << (bits * (i % perByte)));
    }
    List<Long> flat = List.of((long) packed.length);
    return new Narrow(
        Constants.ofBytes("", Constants.UINT8, flat, packed), bits, unsigned.length, shape);
  }
}
