package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;
import java.util.function.Supplier;

/**
 * The constants that a file holds for a weight. Making them takes as long as the weight is large;
 * the operators that unpack them, which {@link StoredWeights} writes, need none of their data.
 */
sealed interface StoredForm {

  /** Gives the form of a weight: makes it, or knows it from an earlier file. */
  interface Source {
    /**
     * The form of a weight.
     *
     * @param weight what is stored; the same object stands for the same values
     * @param shape in which it is stored
     * @param made its form
     */
    StoredForm of(Object weight, List<Long> shape, Supplier<StoredForm> made);
  }

  /** The form without the data of its constants. */
  StoredForm hollow();

  /** Bytes of the data of its constants. */
  long bytes();

  /** A constant that is read as it is. */
  record Whole(TensorProto constant) implements StoredForm {
    @Override
    public long bytes() {
      return constant.getRawData().size();
    }

    @Override
    public Whole hollow() {
      return new Whole(HollowTensors.hollow(constant));
    }
  }

  /**
   * Codes from which the lowest was taken, several in each byte, low bits first.
   *
   * @param constant the bytes
   * @param bits of a code
   * @param shape of the codes
   */
  record Packed(TensorProto constant, int bits, List<Long> shape) implements StoredForm {
    @Override
    public long bytes() {
      return constant.getRawData().size();
    }

    @Override
    public Packed hollow() {
      return new Packed(HollowTensors.hollow(constant), bits, shape);
    }
  }

  /**
   * Indices into one short table of codes per channel.
   *
   * @param table the tables
   * @param axis of the tables that indices count along
   */
  record Codebook(TensorProto table, Packed indices, int axis, List<Long> shape)
      implements StoredForm {
    @Override
    public long bytes() {
      return table.getRawData().size() + indices.bytes();
    }

    @Override
    public Codebook hollow() {
      return new Codebook(HollowTensors.hollow(table), indices.hollow(), axis, shape);
    }
  }

  /**
   * Pruned weights: see {@link PrunedCodes}.
   *
   * @param codes the codes that are left, whole or packed
   * @param mask one bit for each weight
   */
  record Pruned(StoredForm codes, Packed mask, List<Long> shape) implements StoredForm {
    @Override
    public long bytes() {
      return codes.bytes() + mask.bytes();
    }

    @Override
    public Pruned hollow() {
      return new Pruned(codes.hollow(), mask.hollow(), shape);
    }
  }

  /** The form of a weight in codes. */
  static StoredForm of(List<Long> shape, RoundedWeights rounded) {
    if (rounded.prunedBytes() > 0) {
      PrunedCodes pruned = PrunedCodes.of(rounded);
      List<Long> maskShape = List.of((long) pruned.mask().length);
      List<Long> codesShape = List.of((long) pruned.codes().length);
      return new Pruned(
          inFull(codesShape, pruned.codes(), pruned.bits()),
          packed(maskShape, pruned.mask(), 1),
          shape);
    }
    if (rounded.bits() == Byte.SIZE || rounded.isUniform()) {
      return inFull(shape, rounded.codes(), rounded.bits());
    }
    CodebookTable book = CodebookTable.of(rounded);
    return new Codebook(
        Constants.ofBytes("", Constants.INT8, book.tableShape(), book.table()),
        packed(book.indexShape(), book.indices(), rounded.bits()),
        book.axis(),
        shape);
  }

  private static StoredForm inFull(List<Long> shape, byte[] codes, int bits) {
    return bits == Byte.SIZE
        ? new Whole(Constants.ofBytes("", Constants.INT8, shape, codes))
        : packed(shape, shifted(codes, bits), bits);
  }

  /** Codes moved up so that the lowest is 0. */
  private static byte[] shifted(byte[] codes, int bits) {
    byte[] unsigned = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      unsigned[i] = (byte) (codes[i] + (1 << (bits - 1)));
    }
    return unsigned;
  }

  private static Packed packed(List<Long> shape, byte[] unsigned, int bits) {
    int perByte = Byte.SIZE / bits;
    byte[] bytes = new byte[(unsigned.length + perByte - 1) / perByte];
    for (int i = 0; i < unsigned.length; i++) {
      bytes[i / perByte] |= (byte) (unsigned[i] << (bits * (i % perByte)));
    }
    List<Long> packedShape = List.of((long) bytes.length);
    return new Packed(Constants.ofBytes("", Constants.UINT8, packedShape, bytes), bits, shape);
  }
}
