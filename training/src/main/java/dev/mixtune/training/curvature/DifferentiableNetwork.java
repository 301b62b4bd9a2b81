package dev.mixtune.training.curvature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.training.program.GradientProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A float network whose answers can be differentiated by the weights of its layers. */
final class DifferentiableNetwork implements AutoCloseable {
  private static final float LEAST_PROBABILITY = 1e-7f;

  private final GradientProgram program;

  /** The weight of each layer by the layer's name; layers may share one. */
  private final Map<String, String> weights = new LinkedHashMap<>();

  /**
   * @throws UserException when the network has an operator without gradient; the message names it
   */
  DifferentiableNetwork(Network network, ModelRuntime runtime, NDManager parent, DataType floats) {
    this.program =
        GradientProgram.of(network.graph().model().toByteArray(), runtime, parent, floats);
    for (Layer layer : network.layers()) {
      NodeProto node =
          program
              .node(layer.name())
              .orElseThrow(() -> new IllegalStateException("no node '" + layer.name() + "'"));
      weights.put(layer.name(), node.getInput(layer.kind().weightInput()));
    }
  }

  /** All weights by their names, none twice. They must not be changed. */
  Map<String, NDArray> weights() {
    Map<String, NDArray> all = new LinkedHashMap<>();
    for (String name : weights.values()) {
      all.computeIfAbsent(name, missing -> program.constant(name).orElseThrow());
    }
    return all;
  }

  /**
   * Logarithms of the class probabilities, [N, classes], in the caller's scope.
   *
   * @param taken arrays that take the places of weights
   * @throws UserException when a sample's answer is no row of classes
   */
  NDArray logProbabilities(Map<String, NDArray> inputs, Map<String, NDArray> taken) {
    Map<String, NDArray> values = new HashMap<>(inputs);
    values.putAll(taken);
    NDArray answers = program.run(values).get(0);
    Shape shape = answers.getShape();
    boolean row = shape.dimension() >= 2 && shape.get(1) > 1;
    for (int axis = 2; row && axis < shape.dimension(); axis++) {
      row = shape.get(axis) == 1;
    }
    if (!row) {
      throw new UserException(
          "the output '" + program.outputs().get(0) + "' has the shape " + shape,
          "fisher and hessian need one row of classes per sample; take --sensitivity kl.");
    }
    NDArray rows = answers.reshape(shape.get(0), shape.get(1));
    return areProbabilities(rows) ? rows.maximum(LEAST_PROBABILITY).log() : rows.logSoftmax(1);
  }

  private static boolean areProbabilities(NDArray rows) {
    return rows.min().toType(DataType.FLOAT32, /* copy= */ false).getFloat() >= 0
        && rows.sum(new int[] {1})
                .sub(1)
                .abs()
                .max()
                .toType(DataType.FLOAT32, /* copy= */ false)
                .getFloat()
            < 1e-3;
  }

  /** How many weights a weight tensor has. */
  int size(String weight) {
    return Math.toIntExact(program.constant(weight).orElseThrow().size());
  }

  /**
   * Puts together what was found.
   *
   * @param found by the names of the layer and its weight
   */
  List<Curvature.OfLayer> layers(BiFunction<String, String, Curvature.OfLayer> found) {
    List<Curvature.OfLayer> layers = new ArrayList<>();
    weights.forEach((layer, weight) -> layers.add(found.apply(layer, weight)));
    return layers;
  }

  @Override
  public void close() {
    program.close();
  }
}
