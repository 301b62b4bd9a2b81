package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;

/** A float kernel: the weight as it is, or stored in half precision and cast when loaded. */
final class FloatPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.FLOAT;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    String value = node.getInput(0);
    String output = node.getOutput(0);
    boolean betweenIntegers =
        context.regions().isInteger(value) && context.regions().reachesQuantization(output);
    NodeProto.Builder lowered =
        node.toBuilder()
            .setInput(0, betweenIntegers ? context.guardedView(value) : context.floatView(value))
            .setOutput(0, context.writtenName(output));
    if (scheme == Scheme.F16) {
      lowered.setInput(1, halfWeight(node, layer, context));
    } else {
      context.stored().count(layer.parameters() * Float.BYTES);
    }
    context.builder().add(lowered.build());
  }

  private static String halfWeight(NodeProto node, Layer layer, LoweringContext context) {
    GraphBuilder builder = context.builder();
    byte[] half = context.library().half(layer);
    context.stored().count(half.length);
    String name = node.getInput(1) + "_h";
    builder.constant(name, Constants.ofBytes(name, Constants.FLOAT16, layer.weightShape(), half));
    return builder.node(
        "Cast", java.util.List.of(name), GraphBuilder.attribute("to", Constants.FLOAT));
  }
}
