package dev.mixtune.engine.chain;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A chain that went the way of every network, import, calibration, rounding and lowering, so that
 * the kernels which are timed are those that plans run. The weights are random: they change no
 * kernel.
 */
public final class LoweredChain {
  private final Network network;
  private final PlanLowering lowering;
  private final Map<String, Tensor> inputs;

  private LoweredChain(Network network, PlanLowering lowering, Map<String, Tensor> inputs) {
    this.network = network;
    this.lowering = lowering;
    this.inputs = inputs;
  }

  /**
   * Builds the chain.
   *
   * @param runtime reads and calibrates the float model
   * @param chain what to build
   * @param seed of weights and input
   * @throws UserException when the temp folder cannot be written
   */
  public static LoweredChain of(OrtRuntime runtime, KernelChain chain, long seed) {
    Random random = new Random(seed);
    byte[] model = ChainNodes.model(chain, random).toByteArray();
    Map<String, Tensor> inputs = Map.of("x", input(chain.inputShape(), random));
    Network network = read(runtime, model);
    Calibration calibration =
        new Calibrator(runtime, 1).run(network, List.of(inputs), RangeMethods.named("min-max"));
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("nearest"));
    return new LoweredChain(network, new PlanLowering(network, calibration, library), inputs);
  }

  /** How many layers take a scheme. */
  public int layers() {
    return network.layers().size();
  }

  /** Whether the layer may take the scheme. */
  public boolean offers(int layer, Scheme scheme) {
    return lowering.schemes(network.layers().get(layer)).contains(scheme);
  }

  /**
   * The model with these schemes.
   *
   * @param schemes one per layer, in the order of the chain
   * @throws IllegalArgumentException when there are too few or too many, or a layer does not offer
   *     its scheme
   */
  public ChainModel lower(List<Scheme> schemes) {
    LoweredPlan plan = lowering.lower(new Plan(new ArrayList<>(schemes)));
    return new ChainModel(plan.model(), plan.kernels(), inputs);
  }

  /** Multiply-accumulates of all layers. */
  public long macs() {
    return network.layers().stream().mapToLong(Layer::macs).sum();
  }

  private static Network read(OrtRuntime runtime, byte[] model) {
    try {
      Path file = Files.createTempFile("mixtune-chain", ".onnx");
      try {
        Files.write(file, model);
        return new NetworkReader(runtime).read(file, Map.of());
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UserException(
          "the temp folder cannot be used: " + e, "Maybe it is full, or not writable", e);
    }
  }

  private static Tensor input(List<Long> shape, Random random) {
    long[] axes = shape.stream().mapToLong(Long::longValue).toArray();
    float[] values = new float[Math.toIntExact(Tensor.elements(axes))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Tensor.Floats(values, axes);
  }
}
