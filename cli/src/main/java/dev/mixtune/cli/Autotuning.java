package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.FloatValues;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.TimerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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

  private static final Logger LOG = LoggerFactory.getLogger(Autotuning.class);

  private final Workbench bench;
  private final Function<Layer, List<Scheme>> offered;
  private final Function<Network, PlanLowering> lowerings;
  private final LayerTimes times;

  /**
   * @param offered the schemes that a layer may take
   * @param lowerings lowers a part of the network with its ranges and rounded weights
   * @param times remembers what was timed
   */
  Autotuning(
      Workbench bench,
      Function<Layer, List<Scheme>> offered,
      Function<Network, PlanLowering> lowerings,
      LayerTimes times) {
    this.bench = bench;
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
    List<Layer> layers =
        bench.network().layers().stream().filter(layer -> !choices(layer).isEmpty()).toList();
    if (layers.isEmpty()) {
      return Implementations.NONE;
    }
    Set<String> inputs = new LinkedHashSet<>();
    layers.forEach(layer -> inputs.add(bench.network().only(layer).inputName()));
    Map<String, Tensor.Floats> values;
    try {
      values = FloatValues.of(bench.runtime(), bench.network(), inputs, bench.deploymentInputs());
    } catch (RuntimeFailure e) {
      LOG.warn("layers are not compared alone: their inputs cannot be read", e);
      return Implementations.NONE;
    }
    List<Implementations.Alternative> alternatives = new ArrayList<>();
    for (Layer layer : layers) {
      Network only = bench.network().only(layer);
      Tensor.Floats value = values.get(only.inputName());
      if (value != null) {
        alternatives.addAll(compare(layer, only, Map.of(only.inputName(), value)));
      }
    }
    return new Implementations(pooled(alternatives));
  }

  /** One error for all layers of a shape and scheme. */
  private List<Implementations.Alternative> pooled(List<Implementations.Alternative> single) {
    Map<List<Object>, Double> squares =
        single.stream()
            .collect(
                Collectors.groupingBy(
                    this::shape, Collectors.averagingDouble(each -> each.error() * each.error())));
    return single.stream()
        .map(
            each ->
                new Implementations.Alternative(
                    each.layer(),
                    each.scheme(),
                    each.timeRatio(),
                    Math.sqrt(squares.getOrDefault(shape(each), 0.0))))
        .toList();
  }

  private List<Object> shape(Implementations.Alternative each) {
    Layer layer = bench.network().layers().get(each.layer());
    return List.of(layer.kind(), layer.inputShape(), layer.weightShape(), each.scheme());
  }

  /** Schemes of the widths for which the layer offers several. */
  private List<Scheme> choices(Layer layer) {
    List<Integer> members = bench.network().groups().getOrDefault(layer.group(), List.of());
    if (members.size() > 1) {
      return List.of();
    }
    List<Scheme> schemes = offered.apply(layer);
    return schemes.stream().filter(scheme -> isOneOfSeveral(scheme, schemes)).toList();
  }

  private static boolean isOneOfSeveral(Scheme scheme, List<Scheme> schemes) {
    return schemes.stream().filter(each -> each.weightBits() == scheme.weightBits()).count() > 1;
  }

  private List<Implementations.Alternative> compare(
      Layer layer, Network only, Map<String, Tensor> inputs) {
    PlanLowering lowering = lowerings.apply(only);
    LoweredPlan plain = lowering.lower(new Plan(List.of(Scheme.F32)));
    List<Implementations.Alternative> alternatives = new ArrayList<>();
    try (Session floatLayer = bench.runtime().open(plain.model(), bench.threads())) {
      float[] expected = floats(floatLayer.run(inputs));
      for (Scheme scheme : choices(layer)) {
        alternative(layer, scheme, lowering, plain, floatLayer, expected, inputs)
            .ifPresent(alternatives::add);
      }
    } catch (RuntimeFailure e) {
      LOG.warn("layer '{}' does not run alone: all its implementations stay", layer.name(), e);
    }
    return alternatives;
  }

  /** Empty when the scheme does not run alone: whether it runs in a plan is seen there. */
  private Optional<Implementations.Alternative> alternative(
      Layer layer,
      Scheme scheme,
      PlanLowering lowering,
      LoweredPlan plain,
      Session floatLayer,
      float[] expected,
      Map<String, Tensor> inputs) {
    LoweredPlan lowered = lowering.lower(new Plan(List.of(scheme)));
    try (Session session = bench.runtime().open(lowered.model(), bench.threads())) {
      double error = error(floats(session.run(inputs)), expected);
      double ratio =
          bench.target() instanceof ProfileTarget profile
              ? ratio(profile.latencyModel(), lowered, plain)
              : times.ratio(
                  key(layer, scheme, inputs),
                  () ->
                      bench
                          .timing()
                          .hold(() -> new HostTimer(TIMING).time(session, floatLayer, inputs))
                          .latency()
                          .ratio());
      return Double.isFinite(error) && Double.isFinite(ratio) && ratio > 0
          ? Optional.of(new Implementations.Alternative(layer.index(), scheme.id(), ratio, error))
          : Optional.empty();
    } catch (RuntimeFailure e) {
      LOG.warn("layer '{}' does not run alone as {}", layer.name(), scheme.id(), e);
      return Optional.empty();
    }
  }

  private static double ratio(ProfileLatencyModel model, LoweredPlan lowered, LoweredPlan plain) {
    return model.latency(lowered.kernels(), plain.kernels()).ratio();
  }

  private static String key(Layer layer, Scheme scheme, Map<String, Tensor> inputs) {
    return layer.kind()
        + " "
        + Arrays.toString(inputs.values().iterator().next().shape())
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

  private static float[] floats(List<Tensor> outputs) {
    return ((Tensor.Floats) outputs.get(0)).values();
  }

  /** Root mean square of the difference, by that of what is expected. */
  static double error(float[] found, float[] expected) {
    double difference = 0;
    double signal = 0;
    for (int i = 0; i < expected.length; i++) {
      double apart = found[i] - expected[i];
      difference += apart * apart;
      signal += (double) expected[i] * expected[i];
    }
    return signal == 0 ? Math.sqrt(difference) : Math.sqrt(difference / signal);
  }
}
