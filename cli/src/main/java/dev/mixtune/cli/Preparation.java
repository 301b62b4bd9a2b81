package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.fitting.EqualizationChoice;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.NetworkRounding;
import dev.mixtune.engine.fitting.RangeFitting;
import dev.mixtune.engine.fitting.RoundedNetwork;
import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.fitting.RoundingReport;
import dev.mixtune.engine.fitting.UniformNetworks;
import dev.mixtune.engine.graph.Equalization;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes a network ready for candidates, by its calibration samples: channels equalized where that
 * helps, activation ranges chosen, weights rounded.
 */
final class Preparation {
  /** What the choice of ranges starts from, and what equalization is judged with. */
  private static final String FIRST_RANGES = "mse";

  /** What fitted weights are compared with. */
  private static final String PLAIN = "mse";

  private final OrtRuntime runtime;
  private final RoundingCache cache;
  private final Supplier<Iterable<Map<String, Tensor>>> batches;
  private final FittingSettings settings;

  /**
   * @param cache keeps ranges and rounded weights
   * @param batches the calibration samples, the same ones at each call
   * @param settings how weights are rounded
   */
  Preparation(
      OrtRuntime runtime,
      RoundingCache cache,
      Supplier<Iterable<Map<String, Tensor>>> batches,
      FittingSettings settings) {
    this.runtime = runtime;
    this.cache = cache;
    this.batches = batches;
    this.settings = settings;
  }

  /**
   * What is known before weights are fitted.
   *
   * @param network the imported network, or the same function with equalized weights
   * @param equalization why it is the one or the other
   * @param ranges of its activations
   */
  record Ranged(Network network, EqualizationChoice equalization, FittedRanges ranges) {

    /** Assembles models of plainly rounded weights, each rounded when first asked for. */
    PlanLowering lowering() {
      return lowering(network);
    }

    /** As if weights had been fitted; they are rounded plainly. */
    Prepared withPlainWeights() {
      return Preparation.plainly(network, equalization, ranges);
    }

    /** The same for a part of the network; its rounded weights go when it goes. */
    PlanLowering lowering(Network part) {
      return Preparation.plain(part, ranges.calibration());
    }
  }

  /** Every implementation of each width but the large blocks, which are there to be compared. */
  static Function<Layer, Collection<Scheme>> withoutLargeBlocks(PlanLowering lowering) {
    return layer ->
        lowering.schemes(layer).stream()
            .filter(scheme -> scheme.blockSize() <= Scheme.W8_BLOCK.blockSize())
            .toList();
  }

  /** Assembles models of plainly rounded weights, as what is fitted is compared with. */
  static PlanLowering plain(Network network, Calibration calibration) {
    return new PlanLowering(
        network, calibration, new RoundingLibrary(network, RoundingMethods.named(PLAIN)));
  }

  /**
   * What candidates are made from.
   *
   * @param network the imported network, or the same function with equalized weights
   * @param equalization why it is the one or the other
   * @param ranges of its activations
   * @param rounded its weights
   */
  record Prepared(
      Network network,
      EqualizationChoice equalization,
      FittedRanges ranges,
      RoundedNetwork rounded) {

    /** Assembles candidates from the library. */
    PlanLowering lowering() {
      return new PlanLowering(network, ranges.calibration(), rounded.library());
    }
  }

  /**
   * Equalizes a network and chooses its activation ranges.
   *
   * @param imported as read
   * @param executor spreads the work; not the caller's own
   * @param progress hears about each tensor whose range is chosen, to the half of the whole
   */
  Ranged range(Network imported, int threads, ExecutorService executor, FittingProgress progress) {
    EqualizationChoice equalization =
        cache.equalization(
            imported,
            RoundingCache.key(imported, runtime.version(), FIRST_RANGES, batches.get()),
            () ->
                EqualizationChoice.of(
                    imported, runtime, batches, RangeMethods.named(FIRST_RANGES)));
    Network network = equalization.network(imported);
    return new Ranged(network, equalization, ranges(network, threads, executor, part(progress, 0)));
  }

  /**
   * Fits the weights.
   *
   * @param offered the schemes that each layer may take: other implementations of a width are not
   *     fitted
   * @param executor spreads the work; not the caller's own
   * @param progress hears about each rounded layer, from the half of the whole
   */
  Prepared round(
      Ranged ranged,
      Function<Layer, Collection<Scheme>> offered,
      ExecutorService executor,
      FittingProgress progress) {
    Network network = ranged.network();
    Calibration calibration = ranged.ranges().calibration();
    UniformNetworks fitted = UniformNetworks.of(network, settings, offered);
    RoundedNetwork rounded =
        cache.get(
            network,
            RoundingCache.key(
                network, runtime.version(), calibration, settings, fitted, batches.get()),
            () ->
                new NetworkRounding(network, runtime, calibration, settings, executor)
                    .round(fitted, batches, part(progress, 1)));
    return new Prepared(network, ranged.equalization(), ranged.ranges(), rounded);
  }

  /**
   * Prepares a network in a moment, without fitting anything: channels as they are, one method for
   * all ranges, weights rounded to the nearest codes of the scale of least squared error.
   *
   * @param imported as read
   */
  Prepared prepareQuickly(Network imported, int threads) {
    Calibration observed =
        new Calibrator(runtime, threads)
            .run(imported, batches.get(), RangeMethods.named(FIRST_RANGES));
    return plainly(
        imported,
        new EqualizationChoice(Equalization.of(imported), List.of()),
        new FittedRanges(observed, FIRST_RANGES, Map.of(), Double.NaN, List.of()));
  }

  private static Prepared plainly(
      Network network, EqualizationChoice equalization, FittedRanges ranges) {
    return new Prepared(
        network,
        equalization,
        ranges,
        new RoundedNetwork(
            new RoundingLibrary(network, RoundingMethods.named(PLAIN)),
            new RoundingReport(List.of(), List.of(), List.of())));
  }

  /**
   * The activation ranges that studies use, each chosen by the error it causes.
   *
   * @param executor spreads the work; not the caller's own
   * @param progress hears about each tensor
   */
  FittedRanges ranges(
      Network network, int threads, ExecutorService executor, FittingProgress progress) {
    Calibration observed =
        new Calibrator(runtime, threads)
            .run(network, batches.get(), RangeMethods.named(FIRST_RANGES));
    return cache.ranges(
        observed,
        RoundingCache.key(network, runtime.version(), observed, settings, batches.get()),
        () -> new RangeFitting(network, runtime, executor).fit(observed, batches, progress));
  }

  /**
   * The deployable model of a plan whose weights are rounded for this very plan. The same bytes
   * each time.
   *
   * @param executor spreads the rounding; not the caller's own
   * @param progress hears about each rounded layer; what it throws ends the rounding
   */
  LoweredPlan inContext(
      Prepared prepared, Plan plan, ExecutorService executor, FittingProgress progress) {
    Network network = prepared.network();
    Calibration calibration = prepared.ranges().calibration();
    RoundedNetwork own =
        new NetworkRounding(network, runtime, calibration, settings, executor)
            .roundFor(plan, batches, progress);
    return new PlanLowering(network, calibration, own.library()).lower(plan);
  }

  /** Activation ranges from the first few batches: enough to see which kernels run. */
  Calibration glance(Network network, int threads, int mostBatches) {
    List<Map<String, Tensor>> first = new ArrayList<>();
    Iterator<Map<String, Tensor>> all = batches.get().iterator();
    while (all.hasNext() && first.size() < mostBatches) {
      first.add(all.next());
    }
    return new Calibrator(runtime, threads).run(network, first, RangeMethods.named("min-max"));
  }

  /** The first or the second half of the progress. */
  private static FittingProgress part(FittingProgress whole, int half) {
    return (done, total, name) -> whole.done(half * total + done, 2 * total, name);
  }
}
