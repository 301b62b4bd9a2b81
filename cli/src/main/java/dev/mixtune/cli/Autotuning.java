package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.FloatValues;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.TimerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the implementations that a layer could have at one width: as models of this layer alone,
 * on the activations that it sees at the deployment shape. On the host each distinct operator,
 * shape and kernel is timed once and remembered; on other targets the profile says the time.
 */
final class Autotuning {
  /** A layer alone runs many times in this; what matters are factors, not per cents. */
  private static final TimerSettings TIMING =
      new TimerSettings(0.02, 0.95, 60_000_000L, 3, 10, 0.1, 2);

  private static final LayerAlone.Stopwatch STOPWATCH =
      (session, floatLayer, inputs) ->
          new HostTimer(TIMING).time(session, floatLayer, inputs).latency().ratio();

  private static final Logger LOG = LoggerFactory.getLogger(Autotuning.class);

  private final Workbench bench;
  private final Network network;
  private final Function<Layer, List<Scheme>> offered;
  private final Function<Network, PlanLowering> lowerings;
  private final LayerTimes times;

  /**
   * @param network whose layers are compared
   * @param offered the schemes that a layer may take
   * @param lowerings lowers a part of the network with its ranges and plainly rounded weights
   * @param times remembers what was timed
   */
  Autotuning(
      Workbench bench,
      Network network,
      Function<Layer, List<Scheme>> offered,
      Function<Network, PlanLowering> lowerings,
      LayerTimes times) {
    this.bench = bench;
    this.network = network;
    this.offered = offered;
    this.lowerings = lowerings;
    this.times = times;
  }

  /** What was timed on this machine so far. */
  static LayerTimes times(Workbench bench, Surroundings around) {
    return LayerTimes.open(
        around.cache().resolve("layers"),
        String.join(
            "\n",
            bench.host().summary(),
            bench.runtime().version(),
            Integer.toString(bench.threads()),
            Integer.toString(PlanLowering.VERSION)));
  }

  /** Compares whatever there is a choice of. */
  Implementations compare() {
    Map<List<Object>, List<Layer>> shapes = new LinkedHashMap<>();
    Set<String> inputs = new LinkedHashSet<>();
    for (Layer layer : network.layers()) {
      List<Scheme> choices = choices(layer);
      if (!choices.isEmpty()) {
        shapes
            .computeIfAbsent(
                List.of(layer.kind(), layer.inputShape(), layer.weightShape(), choices),
                key -> new ArrayList<>())
            .add(layer);
        inputs.add(network.only(layer).inputName());
      }
    }
    if (shapes.isEmpty()) {
      return Implementations.NONE;
    }
    Map<String, Tensor.Floats> values;
    try {
      values = FloatValues.of(bench.runtime(), network, inputs, bench.deploymentInputs());
    } catch (RuntimeFailure e) {
      LOG.warn("layers are not compared alone: their inputs cannot be read", e);
      return Implementations.NONE;
    }
    List<Implementations.Alternative> alternatives = new ArrayList<>();
    shapes.values().forEach(members -> alternatives.addAll(compare(members, values)));
    // Within a layer the order stays.
    alternatives.sort(Comparator.comparingInt(Implementations.Alternative::layer));
    return new Implementations(alternatives);
  }

  /**
   * Layers of one shape. Each implementation is timed once, on the first of them that runs, and its
   * error is that of all of them together: those that read one value had better choose alike. What
   * is too slow to be taken is not rounded for the others.
   */
  private List<Implementations.Alternative> compare(
      List<Layer> members, Map<String, Tensor.Floats> values) {
    Map<Scheme, Double> ratios = new LinkedHashMap<>();
    Map<Scheme, List<Double>> errors = new LinkedHashMap<>();
    List<Layer> compared = new ArrayList<>();
    for (Layer layer : members) {
      bench.stopIfAsked();
      Network only = network.only(layer);
      Tensor.Floats value = values.get(only.inputName());
      if (value == null) {
        continue;
      }
      try (LayerAlone alone =
          new LayerAlone(bench.runtime(), bench.threads(), only, lowerings, value)) {
        if (compared.isEmpty()) {
          time(layer, alone, value, ratios);
        }
        for (Scheme scheme : ratios.keySet()) {
          if (compared.isEmpty() || Implementations.mayBeTaken(scheme, ratios)) {
            error(layer, alone, scheme)
                .ifPresent(e -> errors.computeIfAbsent(scheme, s -> new ArrayList<>()).add(e));
          }
        }
        compared.add(layer);
      } catch (RuntimeFailure e) {
        LOG.warn("layer '{}' does not run alone: all its implementations stay", layer.name(), e);
      }
    }
    List<Implementations.Alternative> alternatives = new ArrayList<>();
    for (Layer layer : compared) {
      errors.forEach(
          (scheme, single) ->
              alternatives.add(
                  new Implementations.Alternative(
                      layer.index(),
                      scheme.id(),
                      ratios.getOrDefault(scheme, Double.NaN),
                      pooled(single))));
    }
    return alternatives;
  }

  /** Root of the mean square: one layer with outliers counts. */
  private static double pooled(List<Double> errors) {
    return Math.sqrt(errors.stream().mapToDouble(each -> each * each).average().orElse(0));
  }

  /** Schemes of the widths for which the layer offers several. */
  private List<Scheme> choices(Layer layer) {
    List<Integer> members = network.groups().getOrDefault(layer.group(), List.of());
    if (members.size() > 1) {
      return List.of();
    }
    List<Scheme> schemes = offered.apply(layer);
    return schemes.stream().filter(scheme -> isOneOfSeveral(scheme, schemes)).toList();
  }

  private static boolean isOneOfSeveral(Scheme scheme, List<Scheme> schemes) {
    return schemes.stream().filter(each -> each.weightBits() == scheme.weightBits()).count() > 1;
  }

  /** Whatever does not run alone is left out: whether it runs in a plan is seen there. */
  private void time(
      Layer layer, LayerAlone alone, Tensor.Floats input, Map<Scheme, Double> ratios) {
    for (Scheme scheme : choices(layer)) {
      bench.stopIfAsked();
      try {
        double ratio =
            bench.target() instanceof ProfileTarget profile
                ? alone.modelled(scheme, (one, plain) -> ratio(profile.latencyModel(), one, plain))
                : times.ratio(
                    key(layer, scheme, input),
                    () -> bench.timing().hold(() -> alone.timed(scheme, STOPWATCH)));
        if (Double.isFinite(ratio) && ratio > 0) {
          ratios.put(scheme, ratio);
        }
      } catch (RuntimeFailure e) {
        LOG.warn("layer '{}' does not run alone as {}", layer.name(), scheme.id(), e);
      }
    }
  }

  private static Optional<Double> error(Layer layer, LayerAlone alone, Scheme scheme) {
    try {
      return Optional.of(alone.error(scheme)).filter(Double::isFinite);
    } catch (RuntimeFailure e) {
      LOG.warn("layer '{}' does not run alone as {}", layer.name(), scheme.id(), e);
      return Optional.empty();
    }
  }

  private static double ratio(ProfileLatencyModel model, LoweredPlan lowered, LoweredPlan plain) {
    return model.latency(lowered.kernels(), plain.kernels()).ratio();
  }

  private static String key(Layer layer, Scheme scheme, Tensor.Floats input) {
    return layer.kind()
        + " "
        + Arrays.toString(input.shape())
        + " "
        + layer.weightShape()
        + " "
        + kernel(scheme);
  }

  /** Static and dynamic kernels read 8 bits whatever is stored. */
  private static String kernel(Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.BLOCKWISE
        ? scheme.id()
        : scheme.arithmetic().toString();
  }
}
