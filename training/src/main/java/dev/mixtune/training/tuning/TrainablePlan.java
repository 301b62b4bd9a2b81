package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.training.program.GradientProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A plan whose layers can be trained. What runs is the program of the lowered model itself, with
 * trained weights in the place of the stored ones; so it computes what the file computes.
 *
 * <p>Layers with static 8-bit arithmetic are trained, all others stay as they are. Layers that
 * share a weight with an earlier one stay as they are too, unless that one is trained: then they
 * follow it. Activation ranges stay those of calibration.
 */
public final class TrainablePlan implements AutoCloseable {
  private final Network network;
  private final Calibration calibration;
  private final RoundingLibrary library;
  private final Plan plan;
  private final GradientProgram program;
  private final List<TrainedLayer> layers = new ArrayList<>();

  /**
   * @param library where the weights start
   * @param plan what is trained
   * @param parent owner of the memory
   * @throws UserException when the lowered model has an operator without gradient, or the plan has
   *     no layer to train
   */
  public TrainablePlan(
      Network network,
      Calibration calibration,
      RoundingLibrary library,
      Plan plan,
      ModelRuntime runtime,
      NDManager parent) {
    this.network = network;
    this.calibration = calibration;
    this.library = library;
    this.plan = plan;
    this.program = GradientProgram.of(lowered(library).model(), runtime, parent, DataType.FLOAT32);
    Set<String> trained = new HashSet<>();
    for (Layer layer : network.layers()) {
      if (plan.scheme(layer.index()).arithmetic() == Arithmetic.INTEGER_STATIC) {
        add(layer, trained);
      }
    }
    if (layers.isEmpty()) {
      throw new UserException(
          "the plan '" + plan.key() + "' has no layer with static 8-bit arithmetic",
          "Choose one with w8a8, w4a8 or w2a8 layers: only these are trained.");
    }
  }

  private void add(Layer layer, Set<String> trained) {
    NodeProto node =
        program
            .node(layer.name())
            .orElseThrow(() -> new IllegalStateException("no node '" + layer.name() + "'"));
    String weight = node.getInput(layer.kind().weightInput());
    if (!trained.add(weight)) {
      return;
    }
    boolean biased = node.getInputCount() > 2 && !node.getInput(2).isEmpty();
    layers.add(
        TrainedLayer.of(
            layer,
            plan.scheme(layer.index()),
            library,
            node,
            biased ? program.constant(node.getInput(2)).orElseThrow() : null,
            program.manager()));
  }

  /** Everything that is trained, in a fixed order. */
  public List<NDArray> variables() {
    return layers.stream().flatMap(layer -> layer.variables().stream()).toList();
  }

  /**
   * The first output, inside the caller's scope.
   *
   * @param inputs by name
   */
  public NDArray run(Map<String, NDArray> inputs) {
    Map<String, NDArray> values = new HashMap<>(inputs);
    layers.forEach(layer -> layer.addTo(values));
    return program.run(values).get(0);
  }

  /**
   * Looks at what the layers read, so that biases can follow their weights. Before the first step.
   *
   * @param inputs some samples, by name
   * @param share their part of all samples that were shown so far, above 0 to 1
   */
  void look(Map<String, NDArray> inputs, double share) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      List<String> names = layers.stream().map(TrainedLayer::input).toList();
      List<NDArray> read = program.run(inputs, names);
      for (int i = 0; i < read.size(); i++) {
        layers.get(i).look(read.get(i), share, program.manager());
      }
    }
  }

  /** To be called after each step: no weight stays beyond the ends of its grid. */
  public void project() {
    layers.forEach(TrainedLayer::project);
  }

  /** The deployable model with the weights as they are now. */
  public LoweredPlan lowered() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      RoundingLibrary now = library;
      for (TrainedLayer layer : layers) {
        now = layer.into(now);
      }
      return lowered(now);
    }
  }

  private LoweredPlan lowered(RoundingLibrary weights) {
    return new PlanLowering(network, calibration, weights).lower(plan);
  }

  @Override
  public void close() {
    program.close();
  }
}
