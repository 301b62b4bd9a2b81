package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How much less of its peak a core reaches that executes in order.
 *
 * <p>Nobody published networks on a Cortex-A510 alone. But one runtime (ncnn, {@code benchncnn 8 1
 * 2} and {@code 8 1 1} on a NanoPC-T4, Tencent/ncnn benchmark/README.md) ran the same networks on
 * one Cortex-A72, which executes out of order, and on one Cortex-A53 of the same RK3399, which does
 * not. Each begins one 128-bit multiply-accumulate per cycle at most (LLVM AArch64SchedA57.td,
 * which serves Cortex-A72 too, and AArch64SchedA53.td), so that cycles on the one by cycles on the
 * other are the loss, with everything else that differs between the two in it.
 *
 * @param pairs what was published
 */
record InOrderLoss(List<Pair> pairs) {
  /** Clocks of Cortex-A72 and Cortex-A53 in RK3399, as published beside the figures. */
  private static final double OUT_OF_ORDER_HZ = 1.8e9;

  private static final double IN_ORDER_HZ = 1.5e9;

  InOrderLoss {
    pairs = List.copyOf(pairs);
  }

  /**
   * A network on both cores, one thread.
   *
   * @param outOfOrderMillis on the Cortex-A72
   * @param inOrderMillis on the Cortex-A53
   */
  record Pair(String network, boolean integer, double outOfOrderMillis, double inOrderMillis) {
    /** Of what the one core reaches per cycle, what the other does. */
    double kept() {
      return outOfOrderMillis * OUT_OF_ORDER_HZ / (inOrderMillis * IN_ORDER_HZ);
    }
  }

  /** The figures that ship. */
  static InOrderLoss published() {
    List<Pair> pairs = new ArrayList<>();
    for (String line : Evidence.lines("published-in-order.csv")) {
      String[] fields = line.split(",", 4);
      if (!fields[0].equals("network")) {
        pairs.add(
            new Pair(
                fields[0],
                fields[1].equals("int8"),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3])));
      }
    }
    return new InOrderLoss(pairs);
  }

  /** The median over the networks of one precision. */
  double kept(boolean integer) {
    double[] kept =
        pairs.stream().filter(p -> p.integer() == integer).mapToDouble(Pair::kept).toArray();
    Arrays.sort(kept);
    int n = kept.length;
    return n % 2 == 1 ? kept[n / 2] : (kept[n / 2 - 1] + kept[n / 2]) / 2;
  }

  /** What an in-order core reaches where an out-of-order one reaches these shares. */
  PeakShares of(PeakShares shares) {
    PeakShares lowered = shares;
    for (Efficiency kind : Efficiency.values()) {
      boolean integer = kind == Efficiency.INTEGER || kind == Efficiency.INTEGER_DEPTHWISE;
      lowered = lowered.with(kind, shares.share(kind) * kept(integer));
    }
    return lowered;
  }

  /** The table, as Markdown, and the shares that follow from those of an out-of-order core. */
  List<String> lines(PeakShares shares) {
    List<String> lines = new ArrayList<>();
    lines.add("| network | precision | Cortex-A72 ms | Cortex-A53 ms | kept per cycle |");
    lines.add("|---|---|---|---|---|");
    for (Pair pair : pairs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.2f | %.2f | %.2f |",
              pair.network(),
              pair.integer() ? "int8" : "fp32",
              pair.outOfOrderMillis(),
              pair.inOrderMillis(),
              pair.kept()));
    }
    PeakShares lowered = of(shares);
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "In order, %.3f of the share is kept in float and %.3f in INT8 (medians): %.3f for"
                + " float, %.3f for INT8, %.3f for float depthwise, %.3f for INT8 depthwise"
                + " kernels.",
            kept(/* integer= */ false),
            kept(/* integer= */ true),
            lowered.share(Efficiency.FLOAT),
            lowered.share(Efficiency.INTEGER),
            lowered.share(Efficiency.FLOAT_DEPTHWISE),
            lowered.share(Efficiency.INTEGER_DEPTHWISE)));
    return lines;
  }
}
