package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes down the kernels of a network from its paper, layer by layer, batch 1. It keeps the number
 * of channels and the size of the image at the point that was reached.
 */
final class NetworkTable {
  private final Arithmetic arithmetic;
  private final int bits;
  private final List<KernelUse> kernels = new ArrayList<>();
  private int channels;
  private int size;

  /**
   * @param integer INT8 with fixed ranges, or float
   * @param channels of the input image
   * @param size height and width of the input image
   */
  NetworkTable(boolean integer, int channels, int size) {
    this.arithmetic = integer ? Arithmetic.INTEGER_STATIC : Arithmetic.FLOAT;
    this.bits = integer ? 8 : 32;
    this.channels = channels;
    this.size = size;
    if (integer) {
      plain(Op.QUANTIZE, elements(), elements());
    }
  }

  int channels() {
    return channels;
  }

  int size() {
    return size;
  }

  /** Goes back to (or on from) a point with these channels and this size. */
  NetworkTable at(int newChannels, int newSize) {
    channels = newChannels;
    size = newSize;
    return this;
  }

  /** A convolution with "same" padding. */
  NetworkTable conv(int out, int kernel, int stride) {
    return conv(out, kernel, kernel, (size + stride - 1) / stride);
  }

  /** A convolution with a kernel of any form whose output has this size. */
  NetworkTable conv(int out, int kernelHeight, int kernelWidth, int outSize) {
    return conv(Op.CONV, out, (long) channels * kernelHeight * kernelWidth, outSize);
  }

  /** A depthwise convolution with "same" padding. */
  NetworkTable depthwise(int kernel, int stride) {
    return conv(Op.DEPTHWISE_CONV, channels, (long) kernel * kernel, (size + stride - 1) / stride);
  }

  private NetworkTable conv(Op op, int out, long reduction, int outSize) {
    long positions = (long) outSize * outSize;
    long weights = out * reduction;
    kernels.add(
        new KernelUse(
            op, arithmetic, bits, "", positions * weights, elements(), out * positions, weights));
    return at(out, outSize);
  }

  /** A pooling over windows to this size. */
  NetworkTable pool(int outSize) {
    plain(Op.POOL, elements(), (long) channels * outSize * outSize);
    return at(channels, outSize);
  }

  /** The sum of two values like the current one. */
  NetworkTable add() {
    return plain(Op.ADD, 2 * elements(), elements());
  }

  /** The current value as the parts of a concatenation. */
  NetworkTable concat() {
    return plain(Op.CONCAT, elements(), elements());
  }

  /** An activation with a kernel of its own over the current value. */
  NetworkTable activation() {
    return plain(Op.ACTIVATION, elements(), elements());
  }

  /** A product with weights, for this many rows. */
  NetworkTable product(int rows, int in, int out) {
    kernels.add(
        new KernelUse(
            Op.MATMUL,
            arithmetic,
            bits,
            "",
            (long) rows * in * out,
            (long) rows * in,
            (long) rows * out,
            (long) in * out));
    return this;
  }

  /** A product of two activations, in float. */
  NetworkTable activationProduct(long rows, long inner, long columns) {
    kernels.add(
        new KernelUse(
            Op.MATMUL,
            Arithmetic.FLOAT,
            32,
            "",
            rows * inner * columns,
            rows * inner + inner * columns,
            rows * columns,
            0));
    return this;
  }

  /** An operator without weights, in float whatever the network computes in. */
  NetworkTable inFloat(Op op, long elements) {
    kernels.add(new KernelUse(op, Arithmetic.FLOAT, 0, "", 0, elements, elements, 0));
    return this;
  }

  /** A change of precision, where the network is an integer one. */
  NetworkTable boundary(Op op, long elements) {
    return arithmetic == Arithmetic.FLOAT ? this : plain(op, elements, elements);
  }

  /** Global pooling, one fully connected layer, and the end. */
  List<KernelUse> classifier(int classes) {
    int features = channels;
    pool(1);
    product(1, features, classes);
    return end(classes);
  }

  /** The end, with so many outputs. */
  List<KernelUse> end(long outputs) {
    boundary(Op.DEQUANTIZE, outputs);
    return List.copyOf(kernels);
  }

  private NetworkTable plain(Op op, long inputs, long outputs) {
    kernels.add(new KernelUse(op, arithmetic, 0, "", 0, inputs, outputs, 0));
    return this;
  }

  private long elements() {
    return (long) channels * size * size;
  }
}
