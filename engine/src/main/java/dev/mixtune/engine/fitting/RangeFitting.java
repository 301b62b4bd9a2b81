package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Range;
import dev.mixtune.engine.calibration.RangeMethod;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.ActivationsOnlyModel;
import dev.mixtune.engine.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Chooses for each activation the range method that harms the network least.
 *
 * <p>The error is that of the network's own outputs: mean squared difference between the network
 * with 8-bit activations and float weights, and the float network, over the variance of the float
 * outputs. Rounded weights would only add noise to the comparison. The search starts from the best
 * single method and then tries every method on one tensor after the other, twice, keeping what
 * lowers the error: a tensor is judged in the network as it will run.
 */
public final class RangeFitting {
  private static final int BITS = 8;

  /** Once through the network, and once more with the ranges behind each tensor settled too. */
  private static final int ROUNDS = 2;

  /** Samples to judge by, and the multiply-accumulates that one candidate may take. */
  private static final long LEAST_JUDGED = 32;

  private static final long MOST_JUDGED = 128;
  private static final long JUDGED_MACS = 10_000_000_000L;

  private final Network network;
  private final ModelRuntime runtime;
  private final Parallel parallel;

  /**
   * @param network whose activations are quantized
   * @param runtime runs the float and the quantized networks
   * @param executor spreads the work; its owner shuts it down
   */
  public RangeFitting(Network network, ModelRuntime runtime, ExecutorService executor) {
    this.network = network;
    this.runtime = runtime;
    this.parallel = new Parallel(executor);
  }

  /**
   * Chooses ranges.
   *
   * @param calibration observations of all samples
   * @param batches the samples; asked for twice, so that they need not be kept; must give the same
   *     samples each time. Some of them, evenly spread, are judged by: more in small networks than
   *     in large ones, so that the time is bounded
   * @param progress hears about each tensor
   */
  public FittedRanges fit(
      Calibration calibration,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      FittingProgress progress) {
    ActivationsOnlyModel model =
        new ActivationsOnlyModel(network, calibration, UniformPlans.of(network, BITS));
    List<Map<String, Tensor>> judged = judged(batches);
    Set<String> floats = Set.copyOf(calibration.tensors());
    List<RangeMethod> methods = RangeMethods.all();
    Search search;
    Map<String, Double> uniform = new HashMap<>();
    try (RangeJudge judge = new RangeJudge(network, runtime, model, floats, judged, parallel)) {
      List<Calibration> whole = methods.stream().map(calibration::with).toList();
      double[] errors = judge.errors(whole);
      int best = 0;
      for (int i = 0; i < errors.length; i++) {
        uniform.put(methods.get(i).name(), errors[i]);
        best = errors[i] < errors[best] ? i : best;
      }
      search = new Search(whole.get(best), methods.get(best).name(), errors[best]);
    }
    int done = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (RangeJudge judge = new RangeJudge(network, runtime, model, floats, judged, parallel)) {
        for (String tensor : model.tensors()) {
          search.improve(tensor, judge);
          progress.done(++done, ROUNDS * model.tensors().size(), tensor);
        }
      }
    }
    return new FittedRanges(
        search.calibration, search.common, uniform, search.error, search.choices());
  }

  /** Whole batches, evenly spread over all. */
  private List<Map<String, Tensor>> judged(
      Supplier<? extends Iterable<Map<String, Tensor>>> batches) {
    long macs = Math.max(1, network.layers().stream().mapToLong(Layer::macs).sum());
    long wanted = Math.max(LEAST_JUDGED, Math.min(MOST_JUDGED, JUDGED_MACS / macs));
    long samples = 0;
    for (Map<String, Tensor> batch : batches.get()) {
      samples += samples(batch);
    }
    long step = Math.max(1, samples / wanted);
    List<Map<String, Tensor>> judged = new ArrayList<>();
    long first = 0;
    long next = 0;
    for (Map<String, Tensor> batch : batches.get()) {
      long behind = first + samples(batch);
      if (next < behind) {
        judged.add(batch);
        next += samples(batch) * step;
      }
      first = behind;
    }
    return judged;
  }

  private static long samples(Map<String, Tensor> batch) {
    return batch.values().iterator().next().shape()[0];
  }

  /** The ranges so far. */
  private static final class Search {
    private final String common;
    private final Map<String, FittedRanges.Choice> choices = new LinkedHashMap<>();
    private Calibration calibration;
    private double error;

    Search(Calibration calibration, String common, double error) {
      this.calibration = calibration;
      this.common = common;
      this.error = error;
    }

    List<FittedRanges.Choice> choices() {
      return List.copyOf(choices.values());
    }

    void improve(String tensor, RangeJudge judge) {
      FittedRanges.Choice before = choices.get(tensor);
      String present = before == null ? common : before.chosen();
      List<String> methods = new ArrayList<>();
      List<Calibration> candidates = new ArrayList<>();
      Set<Optional<Range>> known = new HashSet<>(Set.of(calibration.range(tensor)));
      for (RangeMethod method : RangeMethods.all()) {
        Calibration candidate = calibration.with(tensor, method);
        if (known.add(candidate.range(tensor))) {
          methods.add(method.name());
          candidates.add(candidate);
        }
      }
      if (candidates.isEmpty()) {
        return;
      }
      judge.goTo(tensor, calibration);
      double[] errors = judge.errors(candidates);
      Map<String, Double> byMethod = new HashMap<>(Map.of(present, error));
      String chosen = present;
      for (int i = 0; i < errors.length; i++) {
        byMethod.put(methods.get(i), errors[i]);
        if (errors[i] < error) {
          error = errors[i];
          chosen = methods.get(i);
          calibration = candidates.get(i);
        }
      }
      choices.put(tensor, new FittedRanges.Choice(tensor, chosen, byMethod));
    }
  }
}
