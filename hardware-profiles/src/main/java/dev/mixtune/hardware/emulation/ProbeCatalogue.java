package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Scheme;
import dev.mixtune.hardware.emulation.Probe.Kind;
import java.util.ArrayList;
import java.util.List;

/** The kernels, shapes and schemes that a device's profile is fitted to. */
final class ProbeCatalogue {
  /** In, out, kernel, stride, size. */
  private static final int[][] CONVOLUTIONS = {
    {3, 16, 3, 1, 32},
    {3, 32, 3, 2, 64},
    {3, 16, 7, 2, 56},
    {16, 16, 3, 1, 32},
    {16, 32, 3, 2, 32},
    {32, 32, 3, 1, 16},
    {64, 64, 3, 1, 8},
    {64, 64, 3, 1, 16},
    {128, 128, 3, 1, 14},
    {32, 32, 5, 1, 14},
    {192, 192, 3, 1, 7},
    {16, 96, 1, 1, 28},
    {96, 24, 1, 1, 28},
    {64, 384, 1, 1, 14},
    {384, 64, 1, 1, 14},
    {320, 640, 1, 1, 7},
    {64, 128, 1, 2, 14},
  };

  /** Shapes that no fit sees: they say how far its numbers can be trusted. */
  private static final int[][] HELD_OUT = {
    {48, 48, 3, 1, 20}, {24, 64, 3, 2, 28}, {144, 32, 1, 1, 28}, {256, 96, 1, 1, 10},
  };

  /** Channels, kernel, stride, size. */
  private static final int[][] DEPTHWISE = {
    {32, 3, 1, 56},
    {96, 3, 2, 56},
    {144, 3, 1, 28},
    {384, 3, 1, 14},
    {960, 3, 1, 7},
    {192, 3, 2, 28},
    {64, 5, 1, 14},
  };

  /** Rows, in, out. */
  private static final int[][] PRODUCTS = {
    {1, 512, 512},
    {1, 384, 1536},
    {64, 512, 512},
    {16, 384, 384},
    {64, 384, 1536},
    {128, 384, 384},
    {32, 1536, 384},
    {8, 128, 256},
  };

  private static final int[][] FULLY_CONNECTED = {{1, 64, 10}, {1, 1280, 1000}, {1, 512, 256}};

  /** Channels, size. */
  private static final int[][] IMAGES = {{16, 32}, {32, 16}, {64, 28}, {96, 14}};

  private ProbeCatalogue() {}

  /** Everything, in the order in which it is counted. */
  static List<Probe> all() {
    List<Probe> probes = new ArrayList<>(fitted());
    for (int[] c : HELD_OUT) {
      for (Scheme scheme : List.of(Scheme.F32, Scheme.W8A8)) {
        probes.add(conv(c, 1, scheme));
      }
    }
    return probes;
  }

  /** Whether a probe only judges the fit. */
  static boolean isHeldOut(Probe probe) {
    return !fitted().contains(probe);
  }

  private static List<Probe> fitted() {
    List<Probe> probes = new ArrayList<>();
    for (int[] image : IMAGES) {
      boundaries(image[0], image[1], probes);
    }
    for (Scheme scheme : List.of(Scheme.F32, Scheme.W8A8)) {
      for (int[] c : CONVOLUTIONS) {
        probes.add(conv(c, 1, scheme));
      }
      for (int[] d : DEPTHWISE) {
        probes.add(conv(new int[] {d[0], d[0], d[1], d[2], d[3]}, d[0], scheme));
      }
      probes.add(conv(new int[] {64, 64, 3, 1, 14}, 4, scheme));
      probes.add(conv(new int[] {128, 128, 3, 1, 14}, 32, scheme));
      probes.add(conv(new int[] {96, 96, 3, 1, 7}, 8, scheme));
      for (int[] p : FULLY_CONNECTED) {
        probes.add(product(Kind.GEMM, p, scheme));
      }
      for (int[] image : IMAGES) {
        elementwise(image[0], image[1], scheme, probes);
      }
    }
    probes.add(conv(new int[] {64, 64, 3, 1, 16}, 1, Scheme.W4A8));
    for (Scheme scheme :
        List.of(
            Scheme.F32,
            Scheme.W8A8,
            Scheme.W8A8_DYNAMIC,
            Scheme.W8_BLOCK,
            Scheme.W4_BLOCK,
            Scheme.W2_BLOCK)) {
      for (int[] p : PRODUCTS) {
        probes.add(product(Kind.MATMUL, p, scheme));
      }
    }
    return probes;
  }

  private static void boundaries(int channels, int size, List<Probe> probes) {
    for (Kind kind : List.of(Kind.NEGATE, Kind.NEGATE_OUT, Kind.QUANTIZE, Kind.DEQUANTIZE)) {
      probes.add(new Probe(kind, channels, channels, 1, 1, 1, size, Scheme.F32));
    }
  }

  private static void elementwise(int channels, int size, Scheme scheme, List<Probe> probes) {
    List<Kind> kinds =
        scheme == Scheme.F32
            ? List.of(
                Kind.ADD,
                Kind.AVGPOOL,
                Kind.SIGMOID,
                Kind.TANH,
                Kind.ERF,
                Kind.SOFTMAX,
                Kind.CONCAT)
            : List.of(Kind.ADD, Kind.AVGPOOL, Kind.SIGMOID, Kind.CONCAT);
    for (Kind kind : kinds) {
      probes.add(new Probe(kind, channels, channels, 1, 1, 1, size, scheme));
    }
    probes.add(new Probe(Kind.MAXPOOL, channels, channels, 3, 1, 1, size, scheme));
  }

  private static Probe conv(int[] c, int groups, Scheme scheme) {
    return new Probe(Kind.CONV, c[0], c[1], c[2], c[3], groups, c[4], scheme);
  }

  private static Probe product(Kind kind, int[] p, Scheme scheme) {
    return new Probe(kind, p[1], p[2], 1, 1, 1, p[0], scheme);
  }
}
