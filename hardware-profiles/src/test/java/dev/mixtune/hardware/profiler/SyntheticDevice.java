package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A device whose every cost is known, and models that ran on it. */
final class SyntheticDevice {
  static final DeviceFacts FACTS =
      new DeviceFacts("board", "a board", "a runtime", 1, "2026-01-01", null, "by the test");

  private SyntheticDevice() {}

  /** Nanoseconds of one kernel, written down here and nowhere else. */
  static double nanos(KernelUse use) {
    boolean integer = use.arithmetic() == Arithmetic.INTEGER_STATIC;
    double columns =
        use.weightElements() == 0
            ? 1
            : (double) use.outputElements() * use.weightElements() / use.macs();
    return switch (use.op()) {
      case CONV, GROUPED_CONV -> 500 + (integer ? 0.003 : 0.01) * use.macs() * (1 + 8 / columns);
      case DEPTHWISE_CONV -> 700 + (integer ? 0.05 : 0.08) * use.macs();
      case MATMUL ->
          use.arithmetic() == Arithmetic.BLOCKWISE
              ? 900 + 0.007 * use.macs() + 0.01 * use.weightBits() * use.weightElements()
              : 400 + (use.arithmetic() == Arithmetic.FLOAT ? 0.012 : 0.004) * use.macs();
      case QUANTIZE -> 800 + 0.2 * use.inputElements();
      case DEQUANTIZE -> 1200 + 0.4 * use.inputElements();
      default -> 300 + 0.1 * use.inputElements();
    };
  }

  /** A model of random layers between which the precision changes at random. */
  static List<KernelUse> model(Random random) {
    List<KernelUse> kernels = new ArrayList<>();
    boolean products = random.nextInt(3) == 0;
    boolean depthwise = !products && random.nextInt(3) == 0;
    int in = 8 * (1 + random.nextInt(40));
    int out = depthwise ? in : 8 * (1 + random.nextInt(40));
    int side = 4 + random.nextInt(40);
    int bits = 2 << random.nextInt(3);
    int kind = random.nextInt(products ? 5 : 3);
    boolean integer = kind == 1;
    for (int layer = 0; layer < 4; layer++) {
      boolean now = kind == 2 ? random.nextBoolean() : kind == 1;
      long size = (long) (layer % 2 == 0 ? in : out) * side * (products ? 1 : side);
      if (now != integer || (layer == 0 && now)) {
        kernels.add(plain(now ? Op.QUANTIZE : Op.DEQUANTIZE, size));
      }
      integer = now;
      int from = layer % 2 == 0 ? in : out;
      int to = layer % 2 == 0 ? out : in;
      Arithmetic arithmetic =
          kind == 3
              ? Arithmetic.BLOCKWISE
              : kind == 4
                  ? Arithmetic.INTEGER_DYNAMIC
                  : now ? Arithmetic.INTEGER_STATIC : Arithmetic.FLOAT;
      kernels.add(layer(products, depthwise, arithmetic, bits, from, to, side));
    }
    for (Op op : List.of(Op.ADD, Op.POOL, Op.ACTIVATION, Op.CONCAT, Op.OTHER, Op.FUNCTION)) {
      if (random.nextInt(6) == 0) {
        kernels.add(plain(op, 1000 + random.nextInt(20_000)));
      }
    }
    return kernels;
  }

  private static KernelUse layer(
      boolean product,
      boolean depthwise,
      Arithmetic arithmetic,
      int bits,
      int in,
      int out,
      int side) {
    long positions = product ? side : (long) side * side;
    long perOutput = product ? in : depthwise ? 9 : 9L * in;
    int width = arithmetic == Arithmetic.FLOAT ? 32 : arithmetic == Arithmetic.BLOCKWISE ? bits : 8;
    return new KernelUse(
        product ? Op.MATMUL : depthwise ? Op.DEPTHWISE_CONV : Op.CONV,
        arithmetic,
        width,
        "layer",
        positions * perOutput * out,
        positions * in,
        positions * out,
        perOutput * out);
  }

  private static KernelUse plain(Op op, long elements) {
    return new KernelUse(op, Arithmetic.FLOAT, 0, op.toString(), 0, elements, elements, 0);
  }

  /** The time of a model, with a little noise. */
  static Observation observe(String id, List<KernelUse> kernels, Random random) {
    double nanos = 5000;
    for (KernelUse use : kernels) {
      nanos += nanos(use);
    }
    return new Observation(id, kernels, nanos * Math.exp(0.01 * random.nextGaussian()), 0.01);
  }

  static List<Observation> observations(int count, long seed) {
    Random random = new Random(seed);
    List<Observation> observations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      observations.add(observe("chain" + seed + "-" + i / 3 + "@" + i % 3, model(random), random));
    }
    return observations;
  }
}
