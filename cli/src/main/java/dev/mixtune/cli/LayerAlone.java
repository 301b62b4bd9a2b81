package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;

/** One layer as a model of its own, on the values that it reads in the network. */
final class LayerAlone implements AutoCloseable {
  private final ModelRuntime runtime;
  private final int threads;
  private final PlanLowering lowering;
  private final Map<String, Tensor> inputs;
  private final LoweredPlan plain;
  private final Session floatLayer;
  private final float[] expected;

  /**
   * @param only the layer's network
   * @param lowerings lowers it
   * @param input what the layer reads
   * @throws RuntimeFailure when the layer does not run alone
   */
  LayerAlone(
      ModelRuntime runtime,
      int threads,
      Network only,
      Function<Network, PlanLowering> lowerings,
      Tensor.Floats input) {
    this.runtime = runtime;
    this.threads = threads;
    this.lowering = lowerings.apply(only);
    this.inputs = Map.of(only.inputName(), input);
    this.plain = lowering.lower(new Plan(List.of(Scheme.F32)));
    this.floatLayer = runtime.open(plain.model(), threads);
    try {
      this.expected = floats(floatLayer.run(inputs));
    } catch (RuntimeFailure e) {
      floatLayer.close();
      throw e;
    }
  }

  /** How long an implementation takes, by the float layer's time. */
  interface Stopwatch {
    /** The ratio of the sessions' times on these inputs. */
    double ratio(Session session, Session floatLayer, Map<String, Tensor> inputs);
  }

  /**
   * Runs an implementation.
   *
   * @throws RuntimeFailure when it does not run alone
   */
  double error(Scheme scheme) {
    LoweredPlan lowered = lowering.lower(new Plan(List.of(scheme)));
    try (Session session = runtime.open(lowered.model(), threads)) {
      return error(floats(session.run(inputs)), expected);
    }
  }

  /**
   * Times an implementation, by the float layer's time.
   *
   * @throws RuntimeFailure when it does not run alone
   */
  double timed(Scheme scheme, Stopwatch stopwatch) {
    LoweredPlan lowered = lowering.lower(new Plan(List.of(scheme)));
    try (Session session = runtime.open(lowered.model(), threads)) {
      return stopwatch.ratio(session, floatLayer, inputs);
    }
  }

  /** What a model of costs says of an implementation and of the float layer. */
  double modelled(Scheme scheme, ToDoubleBiFunction<LoweredPlan, LoweredPlan> ratio) {
    return ratio.applyAsDouble(lowering.lower(new Plan(List.of(scheme))), plain);
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

  @Override
  public void close() {
    floatLayer.close();
  }
}
