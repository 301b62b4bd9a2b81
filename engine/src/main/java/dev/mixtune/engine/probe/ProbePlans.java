package dev.mixtune.engine.probe;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Lowers a model whose accuracy does not matter: ranges come from one random input, weights are
 * rounded to nearest. The kernels are those of any plan with the same schemes.
 */
public final class ProbePlans {
  private final PlanLowering lowering;
  private final Network network;

  private ProbePlans(Network network, PlanLowering lowering) {
    this.network = network;
    this.lowering = lowering;
  }

  /** Reads a float model with fixed axes. */
  public static ProbePlans of(OrtRuntime runtime, Path model) {
    Network network = new NetworkReader(runtime).read(model, Map.of());
    Map<String, Tensor> inputs = new HashMap<>();
    try (Session session = runtime.open(network.originalModel(), 1)) {
      Random random = new Random(5);
      for (Session.Port port : session.inputs()) {
        inputs.put(port.name(), normal(port, random));
      }
    }
    Calibration calibration =
        new Calibrator(runtime, 1).run(network, List.of(inputs), RangeMethods.named("min-max"));
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("nearest"));
    return new ProbePlans(network, new PlanLowering(network, calibration, library));
  }

  /** Every layer on this scheme, or in float where it has no such scheme. */
  public LoweredPlan uniform(Scheme scheme) {
    return lowering.lower(
        new Plan(
            network.layers().stream()
                .map(layer -> lowering.schemes(layer).contains(scheme) ? scheme : Scheme.F32)
                .toList()));
  }

  private static Tensor normal(Session.Port port, Random random) {
    long[] shape = port.shape().stream().mapToLong(axis -> Math.max(1, axis)).toArray();
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Tensor.Floats(values, shape);
  }
}
