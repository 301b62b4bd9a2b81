package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;

/** A float kernel: the weight as it is, or stored in half precision and cast when loaded. */
final class FloatPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme == Scheme.F32 || (scheme == Scheme.F16 && layer.kind() != OperatorKind.GATHER);
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    int input = layer.kind().activationInput();
    int weight = layer.kind().weightInput();
    NodeProto.Builder lowered =
        node.toBuilder()
            .setInput(input, context.floatLayerView(node.getInput(input), node.getOutput(0)))
            .setOutput(0, context.writtenName(node.getOutput(0)));
    if (scheme == Scheme.F16) {
      byte[] half = context.library().half(layer);
      lowered.setInput(weight, context.stored().half(layer.weightShape(), half));
    } else {
      context.stored().countFloat(node.getInput(weight), layer.parameters());
    }
    context.builder().add(lowered.build());
  }
}
