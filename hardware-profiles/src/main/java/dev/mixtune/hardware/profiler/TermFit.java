package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.RunCost;
import dev.mixtune.hardware.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Finds coefficients of 0 or more, one set per family, so that each model's time is close to the
 * sum over its kernels, in relative terms: non-negative least squares by coordinate descent, with
 * large deviations counting linearly (Huber 1964).
 */
final class TermFit {
  /** Fixed, per multiply-accumulate, per patch element, per input, per output, per weight. */
  static final int TERMS = 6;

  private static final Terms PATCHES = new Terms(0, 1, 0, 0, 0);

  /** Where caches of today's processors end: 1, 8 and 32 MiB. */
  static final long[] CACHE_ENDS = {1L << 20, 8L << 20, 32L << 20};

  private static final int RUN_TERMS = 1 + CACHE_ENDS.length;
  private static final double HUBER = 0.15;
  private static final int REWEIGHTINGS = 4;
  private static final int SWEEPS = 1500;

  private final List<CostFamily> families;
  private final double[] coefficients;

  private TermFit(List<CostFamily> families, double[] coefficients) {
    this.families = families;
    this.coefficients = coefficients;
  }

  /**
   * Fits.
   *
   * @param observations the models
   * @param fitted the families whose coefficients are wanted
   * @param known nanoseconds of a kernel of any other family
   */
  static TermFit of(
      List<Observation> observations,
      Predicate<CostFamily> fitted,
      ToDoubleFunction<KernelUse> known) {
    Set<CostFamily> present = new TreeSet<>();
    for (Observation observation : observations) {
      observation.kernels().stream().map(CostFamily::of).filter(fitted).forEach(present::add);
    }
    List<CostFamily> families = new ArrayList<>(present);
    Map<CostFamily, Integer> places = new TreeMap<>();
    families.forEach(family -> places.put(family, places.size()));
    int columns = RUN_TERMS + TERMS * families.size();
    double[][] rows = new double[observations.size()][];
    double[] rest = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      Observation observation = observations.get(i);
      double[] row = new double[columns];
      row[0] = 1;
      double bytes = RunCost.weightBytes(observation.kernels());
      for (int end = 0; end < CACHE_ENDS.length; end++) {
        row[1 + end] = Math.max(0, bytes - CACHE_ENDS[end]);
      }
      double explained = 0;
      for (KernelUse use : observation.kernels()) {
        Integer place = places.get(CostFamily.of(use));
        if (place == null) {
          explained += known.applyAsDouble(use);
        } else {
          add(use, row, RUN_TERMS + TERMS * place);
        }
      }
      for (int column = 0; column < columns; column++) {
        row[column] /= observation.nanos();
      }
      rows[i] = row;
      rest[i] = 1 - explained / observation.nanos();
    }
    return new TermFit(families, robust(rows, rest, columns));
  }

  private static void add(KernelUse use, double[] row, int at) {
    row[at] += 1;
    row[at + 1] += use.macs();
    // What a layer reads its neighbour wrote: no chain tells a cost per input from one per output,
    // and a network does not care. So layers have none per input, and a matrix gathers nothing.
    boolean layer = use.weightElements() > 0;
    row[at + 2] += use.op() == KernelUse.Op.MATMUL ? 0 : PATCHES.of(use);
    row[at + 3] += layer ? 0 : use.inputElements();
    row[at + 4] += use.outputElements();
    row[at + 5] += use.weightElements();
  }

  private static double[] robust(double[][] rows, double[] rest, int columns) {
    double[] weights = new double[rows.length];
    java.util.Arrays.fill(weights, 1);
    double[] solution = new double[columns];
    for (int round = 0; round < REWEIGHTINGS; round++) {
      solution = NonNegative.solve(rows, rest, weights, solution, SWEEPS);
      for (int i = 0; i < rows.length; i++) {
        double deviation = Math.abs(NonNegative.product(rows[i], solution) - rest[i]);
        weights[i] = deviation <= HUBER ? 1 : HUBER / deviation;
      }
    }
    return solution;
  }

  List<CostFamily> families() {
    return families;
  }

  /** What a run costs beyond its kernels. */
  RunCost run() {
    List<RunCost.Fetch> fetches = new ArrayList<>();
    for (int end = 0; end < CACHE_ENDS.length; end++) {
      if (coefficients[1 + end] > 0) {
        fetches.add(new RunCost.Fetch(CACHE_ENDS[end], ProfileMaker.round(coefficients[1 + end])));
      }
    }
    return new RunCost(
        ProfileMaker.round(coefficients[0] * 1e-3),
        fetches,
        Basis.MEASURED,
        "What is left of all timed models when their kernels are taken away: a constant, and what"
            + " grows with the bytes of weights beyond the ends of caches.");
  }

  /** Nanoseconds of every call. */
  double fixedNanos(CostFamily family) {
    return coefficients[at(family)];
  }

  Terms terms(CostFamily family) {
    int at = at(family);
    return new Terms(
        coefficients[at + 1],
        coefficients[at + 2],
        coefficients[at + 3],
        coefficients[at + 4],
        coefficients[at + 5]);
  }

  private int at(CostFamily family) {
    return RUN_TERMS + TERMS * families.indexOf(family);
  }
}
