package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import java.util.Optional;

/** Constant bounds of a Clip (ONNX operator version 11 and later: optional inputs). */
record ClipBounds(float low, float high) {

  /** The bounds; empty when they are not constant or exclude 0. */
  static Optional<ClipBounds> of(NodeProto clip, Graph graph) {
    Optional<Float> low = bound(clip, 1, -Float.MAX_VALUE, graph);
    Optional<Float> high = bound(clip, 2, Float.MAX_VALUE, graph);
    if (low.isEmpty() || high.isEmpty() || low.get() > 0 || high.get() < 0) {
      return Optional.empty();
    }
    return Optional.of(new ClipBounds(low.get(), high.get()));
  }

  private static Optional<Float> bound(NodeProto clip, int input, float absent, Graph graph) {
    if (clip.getInputCount() <= input || clip.getInput(input).isEmpty()) {
      return Optional.of(absent);
    }
    return graph
        .constant(clip.getInput(input))
        .filter(constant -> constant.getDataType() == Constants.FLOAT)
        .filter(constant -> Constants.elements(constant.getDimsList()) == 1)
        .map((TensorProto constant) -> Constants.floats(constant)[0]);
  }
}
