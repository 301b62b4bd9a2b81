package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;

/** A float kernel: the weight as it is, or stored in half precision and cast when loaded. */
final class FloatPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.FLOAT;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    NodeProto.Builder lowered =
        node.toBuilder()
            .setInput(0, context.floatLayerView(node.getInput(0), node.getOutput(0)))
            .setOutput(0, context.writtenName(node.getOutput(0)));
    if (scheme == Scheme.F16) {
      byte[] half = context.library().half(layer);
      lowered.setInput(1, context.stored().half(layer.weightShape(), half));
    } else {
      context.stored().countFloat(node.getInput(1), layer.parameters());
    }
    context.builder().add(lowered.build());
  }
}
