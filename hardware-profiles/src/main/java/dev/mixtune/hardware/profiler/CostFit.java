package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.Cost;
import dev.mixtune.hardware.GridSample;
import dev.mixtune.hardware.MeasuredGrid;
import dev.mixtune.hardware.RunCost;
import dev.mixtune.hardware.Terms;
import dev.mixtune.hardware.TimeLattice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each kernel costs, found from the times of whole small models.
 *
 * <p>First terms for all kernels together. Then each model most of whose time one family takes
 * tells by how much that family deviates from its terms at the model's shapes, which makes a grid;
 * last, boundaries and other operators are fitted again to what the grids leave.
 */
final class CostFit {
  /** A model tells about a family that takes at least this share of its time and of its layers'. */
  private static final double SHARE = 0.4;

  private static final double SHARE_OF_LAYERS = 0.9;

  /** Weights that stay in any cache between two runs. */
  private static final double CACHED_BYTES = 1 << 20;

  /** Lowering lists every boundary under float, so that another arithmetic can name the ends. */
  static final Arithmetic END = Arithmetic.INTEGER_STATIC;

  private static final int LEAST_SAMPLES = 4;
  private static final int ROUNDS = 3;

  /** What a call costs at least: a kernel that hides behind others is not free. */
  private static final double LEAST_MICROS = 0.05;

  private final List<Observation> observations;
  private final Map<CostFamily, Cost> costs = new TreeMap<>();
  private final Map<CostFamily, TimeLattice> lattices = new TreeMap<>();
  private final Map<CostFamily, Integer> uses = new TreeMap<>();
  private RunCost run;

  private CostFit(List<Observation> observations) {
    this.observations = observations.stream().map(CostFit::withEnds).toList();
    this.run = new RunCost(0, List.of(), Basis.MEASURED, "nothing yet");
    for (Observation observation : this.observations) {
      observation.kernels().stream()
          .map(CostFamily::of)
          .distinct()
          .forEach(family -> uses.merge(family, 1, Integer::sum));
    }
  }

  /** Fits the costs of all kernels that the models run. */
  static CostFit of(List<Observation> observations) {
    CostFit fit = new CostFit(observations);
    TermFit all = TermFit.of(fit.observations, family -> true, use -> 0);
    fit.take(all);
    for (int round = 0; round < ROUNDS; round++) {
      // What fetching weights costs is known only after the first round.
      fit.grids(all, round == 0 ? CACHED_BYTES : Double.POSITIVE_INFINITY);
      fit.take(
          TermFit.of(fit.observations, family -> !fit.lattices.containsKey(family), fit::nanos));
    }
    return fit;
  }

  /**
   * Tells the boundaries at the ends of a chain from those inside. A network has two ends and many
   * insides, a chain about as many of each, and an end costs a part of an inside: nothing is turned
   * from one layout of images to another there.
   */
  private static Observation withEnds(Observation observation) {
    List<KernelUse> kernels = new ArrayList<>(observation.kernels());
    int last = kernels.size() - 1;
    if (kernels.get(0).op() == KernelUse.Op.QUANTIZE) {
      kernels.set(0, end(kernels.get(0)));
    }
    if (kernels.get(last).op() == KernelUse.Op.DEQUANTIZE) {
      kernels.set(last, end(kernels.get(last)));
    }
    return new Observation(
        observation.id(), kernels, observation.nanos(), observation.relativeError());
  }

  private static KernelUse end(KernelUse boundary) {
    return new KernelUse(
        boundary.op(),
        END,
        boundary.weightBits(),
        boundary.name(),
        boundary.macs(),
        boundary.inputElements(),
        boundary.outputElements(),
        boundary.weightElements());
  }

  /** The families that were seen, with their costs. */
  Map<CostFamily, Cost> costs() {
    return Collections.unmodifiableMap(costs);
  }

  /** In how many models a family was seen. */
  int models(CostFamily family) {
    return uses.getOrDefault(family, 0);
  }

  /** What a run costs beyond its kernels. */
  RunCost run() {
    return run;
  }

  private void take(TermFit fit) {
    run = fit.run();
    for (CostFamily family : fit.families()) {
      costs.put(family, new Cost.Timed(fit.terms(family), fixedMicros(fit, family)));
    }
  }

  private static double fixedMicros(TermFit fit, CostFamily family) {
    return Math.max(LEAST_MICROS, fit.fixedNanos(family) * 1e-3);
  }

  private void grids(TermFit terms, double mostBytes) {
    Map<CostFamily, Map<String, GridSample>> samples = new TreeMap<>();
    observations.stream()
        .filter(observation -> RunCost.weightBytes(observation.kernels()) <= mostBytes)
        .forEach(observation -> sample(observation, samples));
    samples.forEach(
        (family, byShape) -> {
          if (byShape.size() >= LEAST_SAMPLES) {
            List<GridSample> list = new ArrayList<>(byShape.values());
            Terms nanos = terms.terms(family);
            double fixed = fixedMicros(terms, family);
            MeasuredGrid grid =
                MeasuredGrid.fitted(family.op(), list, use -> nanos.of(use) + 1e3 * fixed);
            Cost.Gridded cost = new Cost.Gridded(nanos, fixed, grid);
            costs.put(family, cost);
            lattices.put(family, new TimeLattice(family.op(), cost));
          }
        });
  }

  private void sample(Observation observation, Map<CostFamily, Map<String, GridSample>> samples) {
    if (observation.kernels().stream().anyMatch(CostFit::blurs)) {
      return;
    }
    Map<CostFamily, Double> shares = new TreeMap<>();
    double total = run.nanos(observation.kernels());
    double layers = 0;
    for (KernelUse use : observation.kernels()) {
      double nanos = nanos(use);
      total += nanos;
      if (use.weightElements() > 0) {
        shares.merge(CostFamily.of(use), nanos, Double::sum);
        layers += nanos;
      }
    }
    for (Map.Entry<CostFamily, Double> share : shares.entrySet()) {
      double left = observation.nanos() - (total - share.getValue());
      if (left >= SHARE * observation.nanos() && share.getValue() >= SHARE_OF_LAYERS * layers) {
        double factor = left / share.getValue();
        Map<String, GridSample> known =
            samples.computeIfAbsent(share.getKey(), key -> new LinkedHashMap<>());
        for (KernelUse use : observation.kernels()) {
          if (use.weightElements() > 0 && CostFamily.of(use).equals(share.getKey())) {
            known.putIfAbsent(shape(observation, use), sample(use, factor * nanos(use)));
          }
        }
      }
    }
  }

  /** Whether what the kernel costs is known too coarsely to be taken away from a model's time. */
  private static boolean blurs(KernelUse use) {
    return use.weightElements() == 0
        && use.op() != KernelUse.Op.QUANTIZE
        && use.op() != KernelUse.Op.DEQUANTIZE
        && use.op() != KernelUse.Op.ACTIVATION;
  }

  private static String shape(Observation observation, KernelUse use) {
    return observation.id()
        + " "
        + use.macs()
        + " "
        + use.inputElements()
        + " "
        + use.outputElements()
        + " "
        + use.weightElements();
  }

  private static GridSample sample(KernelUse use, double nanos) {
    // Tenths of a nanosecond are beyond any clock.
    return new GridSample(
        use.macs(),
        use.inputElements(),
        use.outputElements(),
        use.weightElements(),
        Math.max(0.1, Math.round(nanos * 10) / 10.0));
  }

  private double nanos(KernelUse use) {
    CostFamily family = CostFamily.of(use);
    Cost cost = costs.get(family);
    if (cost instanceof Cost.Gridded gridded) {
      TimeLattice lattice = lattices.get(family);
      return use.weightElements() > 0 && lattice != null
          ? lattice.nanos(use)
          : gridded.termNanos(use);
    }
    return cost instanceof Cost.Timed timed ? timed.nanos(use) : 0;
  }
}
