package dev.mixtune.engine;

import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethod;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.ExecutedKernels;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A network calibrated on random inputs: enough for everything except accuracy. */
public record TestNetworks(
    OrtRuntime runtime,
    Network network,
    Calibration calibration,
    Map<String, Tensor> inputs,
    RoundingLibrary library,
    PlanLowering lowering) {

  public static TestNetworks calibrated(Path file) {
    return calibrated(file, 4, Map.of());
  }

  public static TestNetworks calibrated(Path file, int samples) {
    return calibrated(file, samples, Map.of());
  }

  public static TestNetworks calibrated(Path file, int samples, Map<String, Long> axes) {
    OrtRuntime runtime = TestKit.runtime();
    Network network = new NetworkReader(runtime).read(file, axes);
    Map<String, Tensor> inputs = randomInputs(runtime, network, samples, axes);
    Calibration calibration =
        new Calibrator(runtime, 2).run(network, List.of(inputs), RangeMethods.named("min-max"));
    return of(runtime, network, calibration, inputs);
  }

  public static TestNetworks of(
      OrtRuntime runtime, Network network, Calibration calibration, Map<String, Tensor> inputs) {
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    PlanLowering lowering = new PlanLowering(network, calibration, library);
    return new TestNetworks(runtime, network, calibration, inputs, library, lowering);
  }

  /** The same network with other calibrated ranges. */
  public TestNetworks with(RangeMethod method) {
    return of(runtime, network, calibration.with(method), inputs);
  }

  /** Every layer on this scheme, or on the next wider one that it offers. */
  public Plan uniform(Scheme wanted) {
    return new Plan(
        network.layers().stream()
            .map(
                layer -> {
                  List<Scheme> menu = lowering.schemes(layer);
                  return menu.contains(wanted) ? wanted : menu.get(0);
                })
            .toList());
  }

  /** What the lowered plan answers on the calibration inputs. */
  public List<Tensor> run(LoweredPlan plan) {
    try (Session session = runtime.open(plan.model(), 1)) {
      return session.run(inputs);
    }
  }

  /** What the float model answers on the calibration inputs. */
  public List<Tensor> runFloat() {
    try (Session session = runtime.open(network.originalModel(), 1)) {
      return session.run(inputs);
    }
  }

  public ExecutedKernels executed(LoweredPlan plan) {
    return ExecutedKernels.inspect(runtime, network, plan);
  }

  /** Operator types of the optimised graph, in its order. */
  public List<String> executedOps(LoweredPlan plan) {
    return runtime.executedNodes(plan.model()).stream().map(ModelRuntime.ExecutedNode::op).toList();
  }

  /**
   * Normally distributed floats, or ones for integer inputs; unknown axes other than the first as
   * given.
   */
  public static Map<String, Tensor> randomInputs(
      OrtRuntime runtime, Network network, int samples, Map<String, Long> axes) {
    Random random = new Random(7);
    Map<String, Tensor> inputs = new HashMap<>();
    try (Session session = runtime.open(network.originalModel(), 1)) {
      for (Session.Port port : session.inputs()) {
        long[] shape = port.shape().stream().mapToLong(Long::longValue).toArray();
        for (int i = 0; i < shape.length; i++) {
          if (shape[i] < 0) {
            shape[i] = i == 0 ? samples : axes.values().stream().findFirst().orElse(1L);
          }
        }
        int count = Math.toIntExact(Tensor.elements(shape));
        if (port.type().equals("INT64")) {
          long[] values = new long[count];
          Arrays.fill(values, 1);
          inputs.put(port.name(), new Tensor.Longs(values, shape));
        } else {
          float[] values = new float[count];
          for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
          }
          inputs.put(port.name(), new Tensor.Floats(values, shape));
        }
      }
    }
    return inputs;
  }
}
