package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;

/**
 * A float kernel whose weights are stored as integer codes. Cast and Mul turn them into floats and
 * fold when the session opens (a DequantizeLinear would not: it would run each time).
 */
final class StoredPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.isStoredOnly() && layer.kind() != OperatorKind.GATHER;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    RoundedWeights rounded = context.library().perChannel(layer, scheme.weightBits());
    NodeProto.Builder lowered =
        node.toBuilder()
            .setInput(0, context.floatLayerView(node.getInput(0), node.getOutput(0)))
            .setInput(1, context.stored().floats(layer.weightShape(), rounded))
            .setOutput(0, context.writtenName(node.getOutput(0)));
    if (node.getInputCount() > 2 && !node.getInput(2).isEmpty()) {
      // Codes that were fitted on an integer kernel come with the bias that was fitted to them.
      context
          .library()
          .bias(layer, scheme)
          .map(bias -> Constants.ofFloats("", List.of((long) bias.length), bias))
          .ifPresent(bias -> lowered.setInput(2, context.builder().constant(bias)));
    }
    context.builder().add(lowered.build());
  }
}
