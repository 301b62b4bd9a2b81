package dev.mixtune.engine;

import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
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

/** A network calibrated on random inputs: enough for everything except accuracy. */
public record TestNetworks(
    OrtRuntime runtime, Network network, RoundingLibrary library, PlanLowering lowering) {

  public static TestNetworks calibrated(Path file, int samples) {
    return calibrated(file, samples, Map.of());
  }

  public static TestNetworks calibrated(Path file, int samples, Map<String, Long> axes) {
    OrtRuntime runtime = TestKit.runtime();
    Network network = new dev.mixtune.engine.graph.NetworkReader(runtime).read(file, axes);
    Calibration calibration =
        new Calibrator(runtime, 2)
            .run(
                network,
                List.of(randomInputs(runtime, network, samples, axes)),
                RangeMethods.named("mse"));
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    return new TestNetworks(
        runtime, network, library, new PlanLowering(network, calibration, library));
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
          java.util.Arrays.fill(values, 1);
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
