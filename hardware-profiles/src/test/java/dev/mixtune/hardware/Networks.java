package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.ArrayList;
import java.util.List;

/** The kernels of well-known networks, written down from their papers, batch 1. */
final class Networks {
  private final Arithmetic arithmetic;
  private final int bits;
  private final List<KernelUse> kernels = new ArrayList<>();

  private Networks(Arithmetic arithmetic, int bits) {
    this.arithmetic = arithmetic;
    this.bits = bits;
  }

  static KernelUse conv(
      Arithmetic arithmetic, int bits, int in, int out, int kernel, int size, int stride) {
    long positions = (long) (size / stride) * (size / stride);
    long weights = (long) in * out * kernel * kernel;
    return new KernelUse(
        Op.CONV,
        arithmetic,
        bits,
        "conv",
        positions * weights,
        (long) in * size * size,
        out * positions,
        weights);
  }

  static KernelUse matmul(Arithmetic arithmetic, int bits, int rows, int in, int out) {
    return new KernelUse(
        Op.MATMUL,
        arithmetic,
        bits,
        "matmul",
        (long) rows * in * out,
        (long) rows * in,
        (long) rows * out,
        (long) in * out);
  }

  static KernelUse plain(Op op, Arithmetic arithmetic, long inputs, long outputs) {
    return new KernelUse(op, arithmetic, 0, op.toString(), 0, inputs, outputs, 0);
  }

  /** He et al. 2015, CIFAR-10, shortcuts without weights. */
  static List<KernelUse> resnet20(Arithmetic arithmetic, int bits) {
    Networks net = new Networks(arithmetic, bits);
    net.begin(3L * 32 * 32);
    net.conv(3, 16, 3, 32, 1);
    int channels = 16;
    int size = 32;
    for (int width : new int[] {16, 32, 64}) {
      for (int block = 0; block < 3; block++) {
        int stride = channels == width ? 1 : 2;
        net.conv(channels, width, 3, size, stride);
        size /= stride;
        net.conv(width, width, 3, size, 1);
        net.add((long) width * size * size);
        channels = width;
      }
    }
    return net.end(64, 8, 10);
  }

  /** He et al. 2015, ImageNet. */
  static List<KernelUse> resnet18(Arithmetic arithmetic, int bits) {
    Networks net = new Networks(arithmetic, bits);
    net.begin(3L * 224 * 224);
    net.conv(3, 64, 7, 224, 2);
    net.kernels.add(plain(Op.POOL, arithmetic, 64L * 112 * 112, 64L * 56 * 56));
    int channels = 64;
    int size = 56;
    for (int width : new int[] {64, 128, 256, 512}) {
      for (int block = 0; block < 2; block++) {
        int stride = channels == width ? 1 : 2;
        if (stride == 2) {
          net.conv(channels, width, 1, size, 2);
        }
        net.conv(channels, width, 3, size, stride);
        size /= stride;
        net.conv(width, width, 3, size, 1);
        net.add((long) width * size * size);
        channels = width;
      }
    }
    return net.end(512, 7, 1000);
  }

  /** Sandler et al. 2018, width 1.0. */
  static List<KernelUse> mobilenetV2(Arithmetic arithmetic, int bits) {
    Networks net = new Networks(arithmetic, bits);
    net.begin(3L * 224 * 224);
    net.conv(3, 32, 3, 224, 2);
    int channels = 32;
    int size = 112;
    int[][] stages = {
      {1, 16, 1, 1},
      {6, 24, 2, 2},
      {6, 32, 3, 2},
      {6, 64, 4, 2},
      {6, 96, 3, 1},
      {6, 160, 3, 2},
      {6, 320, 1, 1}
    };
    for (int[] stage : stages) {
      for (int block = 0; block < stage[2]; block++) {
        int stride = block == 0 ? stage[3] : 1;
        int wide = channels * stage[0];
        if (stage[0] > 1) {
          net.conv(channels, wide, 1, size, 1);
        }
        net.depthwise(wide, size, stride);
        size /= stride;
        net.conv(wide, stage[1], 1, size, 1);
        if (stride == 1 && channels == stage[1]) {
          net.add((long) channels * size * size);
        }
        channels = stage[1];
      }
    }
    net.conv(channels, 1280, 1, size, 1);
    return net.end(1280, 7, 1000);
  }

  /** Three 3x3 convolutions, 64 to 64 channels, on 16x16. */
  static List<KernelUse> threeConvolutions(Arithmetic arithmetic, int bits) {
    Networks net = new Networks(arithmetic, bits);
    net.begin(64L * 16 * 16);
    for (int i = 0; i < 3; i++) {
      net.conv(64, 64, 3, 16, 1);
    }
    net.finish(64L * 16 * 16);
    return net.kernels;
  }

  private void begin(long elements) {
    if (arithmetic == Arithmetic.INTEGER_STATIC) {
      kernels.add(plain(Op.QUANTIZE, arithmetic, elements, elements));
    }
  }

  private void finish(long elements) {
    if (arithmetic == Arithmetic.INTEGER_STATIC) {
      kernels.add(plain(Op.DEQUANTIZE, arithmetic, elements, elements));
    }
  }

  private List<KernelUse> end(int channels, int size, int classes) {
    kernels.add(plain(Op.POOL, arithmetic, (long) channels * size * size, channels));
    kernels.add(matmul(arithmetic, bits, 1, channels, classes));
    finish(classes);
    return kernels;
  }

  private void conv(int in, int out, int kernel, int size, int stride) {
    kernels.add(conv(arithmetic, bits, in, out, kernel, size, stride));
  }

  private void depthwise(int channels, int size, int stride) {
    long outputs = (long) channels * (size / stride) * (size / stride);
    kernels.add(
        new KernelUse(
            Op.DEPTHWISE_CONV,
            arithmetic,
            bits,
            "depthwise",
            9 * outputs,
            (long) channels * size * size,
            outputs,
            9L * channels));
  }

  private void add(long elements) {
    kernels.add(plain(Op.ADD, arithmetic, 2 * elements, elements));
  }
}
