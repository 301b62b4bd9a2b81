package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.training.program.Factor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One layer of the plan: its weights, and its bias where it has one. */
final class TrainedLayer {
  private final Layer layer;
  private final NodeProto node;
  private final TrainedWeights weights;
  private final @Nullable Bias bias;
  private @Nullable Centre centre;

  /** A bias in slow units of its own magnitude: {@code start + unit * moved}. */
  private record Bias(String value, NDArray start, NDArray moved, float unit) {
    NDArray values() {
      return start.add(Factor.times(moved, unit));
    }
  }

  /**
   * What the first weights made of the mean inputs. Whatever else weights make of them later is
   * taken off the bias, so a weight that takes another code changes how outputs vary, and not where
   * they lie: behind a ReLU all inputs have one sign, and a bias would follow too slowly.
   */
  private record Centre(InputMeans inputs, NDArray first) {
    NDArray drift(NDArray weights) {
      return inputs.mapped(weights).sub(first);
    }

    void close() {
      inputs.means().close();
      first.close();
    }
  }

  private TrainedLayer(Layer layer, NodeProto node, TrainedWeights weights, @Nullable Bias bias) {
    this.layer = layer;
    this.node = node;
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * A layer that starts from the library's rounded weights.
   *
   * @param node the layer in the program
   * @param biasStart values of its third input, one for each channel; null without one
   */
  static TrainedLayer of(
      Layer layer,
      Scheme scheme,
      RoundingLibrary library,
      NodeProto node,
      @Nullable NDArray biasStart,
      NDManager manager) {
    RoundedWeights start = library.perChannel(layer, scheme.weightBits());
    Shape shape = shape(layer);
    float[] floats = library.weights(layer);
    TrainedWeights weights =
        start.isUniform()
            ? new UniformGrid(start, floats, shape, manager)
            : new Codebook(start, floats, shape, manager);
    Bias bias = biasStart == null ? null : bias(node.getInput(2), biasStart, manager);
    return new TrainedLayer(layer, node, weights, bias);
  }

  private static Bias bias(String value, NDArray start, NDManager manager) {
    NDArray moved = manager.zeros(start.getShape());
    moved.setRequiresGradient(true);
    double sum = 0;
    float[] values = start.toFloatArray();
    for (float each : values) {
      sum += (double) each * each;
    }
    double magnitude = Math.max(1e-6, Math.sqrt(sum / values.length));
    return new Bias(value, start, moved, TrainedWeights.SLOWER * (float) magnitude);
  }

  /** The layer's node reads its activations here. */
  String input() {
    return node.getInput(layer.kind().activationInput());
  }

  /**
   * Looks at what the layer reads, before anything is trained.
   *
   * @param input what the layer reads, for some samples
   * @param share their part of all samples that are looked at so far, above 0 to 1
   * @param manager owner of what is kept beyond the caller's scope
   */
  void look(NDArray input, double share, NDManager manager) {
    if (bias == null || bias.start().getShape().dimension() != 1) {
      return;
    }
    InputMeans.of(node, layer.kind(), shape(layer), input, manager)
        .ifPresent(
            means -> {
              InputMeans all = centre == null ? means : centre.inputs().joined(means, share);
              NDArray first = all.mapped(weights.values());
              NDScope.unregister(all.means(), first);
              if (centre != null) {
                centre.close();
              }
              centre = new Centre(all, first);
            });
  }

  private static Shape shape(Layer layer) {
    return new Shape(layer.weightShape().stream().mapToLong(Long::longValue).toArray());
  }

  List<NDArray> variables() {
    List<NDArray> variables = new ArrayList<>(weights.variables());
    if (bias != null) {
      variables.add(bias.moved());
    }
    return variables;
  }

  /** Adds what takes the place of the program's constants. */
  void addTo(Map<String, NDArray> values) {
    NDArray now = weights.values();
    values.put(node.getInput(layer.kind().weightInput()), now);
    if (bias != null) {
      values.put(bias.value(), bias(bias, now));
    }
  }

  private NDArray bias(Bias moved, NDArray now) {
    return centre == null ? moved.values() : moved.values().sub(centre.drift(now));
  }

  void project() {
    weights.project();
  }

  /** The library with this layer as it is now. */
  RoundingLibrary into(RoundingLibrary library) {
    float[] values =
        bias != null
            ? bias(bias, weights.values()).toFloatArray()
            : library.bias(layer, weights.rounded().bits()).orElse(null);
    return library.with(layer, weights.rounded(), values);
  }
}
