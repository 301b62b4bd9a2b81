package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;

/**
 * DynamicQuantizeLinear and MatMulInteger, which ONNX Runtime fuses into DynamicQuantizeMatMul or
 * MatMulIntegerToFloat: the activation's range is taken from each input.
 */
final class DynamicIntegerPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.INTEGER_DYNAMIC && layer.kind() == OperatorKind.MATMUL;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    RoundedWeights rounded = context.library().perChannel(layer, scheme.weightBits());
    GraphBuilder builder = context.builder();
    List<String> input = context.dynamicView(node.getInput(0));
    String weight = context.stored().codes(layer.weightShape(), rounded);
    String product = builder.freshName();
    builder.add(
        GraphBuilder.node(product, "MatMulInteger", "", List.of(input.get(0), weight, input.get(2)))
            .setName(layer.name())
            .build());
    String wide =
        builder.node("Cast", List.of(product), GraphBuilder.attribute("to", Constants.FLOAT));
    String scale =
        builder.node("Mul", List.of(input.get(1), context.stored().scales(rounded.scales())));
    String output = context.writtenName(node.getOutput(0));
    builder.add(GraphBuilder.node(output, "Mul", "", List.of(wide, scale)).build());
  }
}
