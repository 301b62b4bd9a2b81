package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.calibration.Range;
import dev.mixtune.engine.graph.Graph;
import java.util.Optional;

/**
 * Between which bounds a value lies because activations wrote it.
 *
 * @param low at most 0, perhaps minus infinity
 * @param high at least 0, perhaps infinity
 */
record ActivationLimits(double low, double high) {
  private static final ActivationLimits NONE =
      new ActivationLimits(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** The limits of a value, from the chain of activations that ends in it. */
  static ActivationLimits of(String value, Graph graph) {
    Optional<NodeProto> producer = graph.producer(value);
    if (producer.isPresent() && Operators.keepsBounds(producer.get())) {
      return of(producer.get().getInput(0), graph);
    }
    if (producer.isEmpty() || !Operators.isAbsorbedActivation(producer.get(), graph)) {
      return NONE;
    }
    ActivationLimits before = of(producer.get().getInput(0), graph);
    if (producer.get().getOpType().equals("Relu")) {
      return before.within(new ActivationLimits(0, Double.POSITIVE_INFINITY));
    }
    ClipBounds bounds = ClipBounds.of(producer.get(), graph).orElseThrow();
    return before.within(new ActivationLimits(bounds.low(), bounds.high()));
  }

  ActivationLimits within(ActivationLimits other) {
    return new ActivationLimits(Math.max(low, other.low), Math.min(high, other.high));
  }

  boolean hold(Range range) {
    return range.low() >= low && range.high() <= high;
  }

  Range cut(Range range) {
    return new Range((float) Math.max(low, range.low()), (float) Math.min(high, range.high()));
  }
}
