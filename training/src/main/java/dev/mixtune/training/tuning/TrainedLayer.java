package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
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
  private final String weightValue;
  private final TrainedWeights weights;
  private final @Nullable Bias bias;

  /** A bias in slow units of its own magnitude: {@code start + unit * moved}. */
  private record Bias(String value, NDArray start, NDArray moved, float unit) {
    NDArray values() {
      return start.add(Factor.times(moved, unit));
    }
  }

  private TrainedLayer(
      Layer layer, String weightValue, TrainedWeights weights, @Nullable Bias bias) {
    this.layer = layer;
    this.weightValue = weightValue;
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * A layer that starts from the library's rounded weights.
   *
   * @param weightValue the weight's name in the program
   * @param biasValue the bias' name in the program; null without one
   * @param biasStart its values, one for each channel
   */
  static TrainedLayer of(
      Layer layer,
      Scheme scheme,
      RoundingLibrary library,
      String weightValue,
      @Nullable String biasValue,
      @Nullable NDArray biasStart,
      NDManager manager) {
    RoundedWeights start = library.perChannel(layer, scheme.weightBits());
    Shape shape = new Shape(layer.weightShape().stream().mapToLong(Long::longValue).toArray());
    float[] floats = library.weights(layer);
    TrainedWeights weights =
        start.isUniform()
            ? new UniformGrid(start, floats, shape, manager)
            : new Codebook(start, floats, shape, manager);
    Bias bias = biasValue == null || biasStart == null ? null : bias(biasValue, biasStart, manager);
    return new TrainedLayer(layer, weightValue, weights, bias);
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

  List<NDArray> variables() {
    List<NDArray> variables = new ArrayList<>(weights.variables());
    if (bias != null) {
      variables.add(bias.moved());
    }
    return variables;
  }

  /** Adds what takes the place of the program's constants. */
  void addTo(Map<String, NDArray> values) {
    values.put(weightValue, weights.values());
    if (bias != null) {
      values.put(bias.value(), bias.values());
    }
  }

  void project() {
    weights.project();
  }

  /** The library with this layer as it is now. */
  RoundingLibrary into(RoundingLibrary library) {
    float[] values =
        bias != null
            ? bias.values().toFloatArray()
            : library.bias(layer, weights.rounded().bits()).orElse(null);
    return library.with(layer, weights.rounded(), values);
  }
}
