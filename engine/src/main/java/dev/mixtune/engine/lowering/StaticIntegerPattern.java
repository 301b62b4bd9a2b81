package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;

/**
 * DequantizeLinear around the layer, which ONNX Runtime turns into QLinearConv, QGemm or
 * QLinearMatMul: UINT8 activations with one calibrated scale, INT8 weights with one scale per
 * output channel, INT32 bias.
 */
final class StaticIntegerPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.INTEGER_STATIC;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    RoundedWeights rounded = context.library().perChannel(layer, scheme.weightBits());
    NodeProto.Builder lowered =
        node.toBuilder()
            .setInput(0, context.integerView(node.getInput(0)))
            .setInput(1, weight(node, layer, rounded, context))
            .setOutput(0, context.writtenName(node.getOutput(0)));
    if (node.getInputCount() > 2 && !node.getInput(2).isEmpty()) {
      lowered.setInput(2, bias(node, layer, rounded, context));
    }
    context.builder().add(lowered.build());
  }

  private static String weight(
      NodeProto node, Layer layer, RoundedWeights rounded, LoweringContext context) {
    StoredWeights stored = context.stored();
    String codes = stored.codes(node.getInput(1), layer.weightShape(), rounded);
    return context
        .builder()
        .node(
            context.builder().freshName(),
            "DequantizeLinear",
            context.builder().quantizationDomain(),
            List.of(
                codes,
                stored.scales(rounded.scales()),
                stored.zeroPoints(rounded.layout().channels())),
            GraphBuilder.attribute("axis", rounded.layout().axis()));
  }

  /** An INT32 bias whose scale is input scale times weight scale, as the integer kernels add it. */
  private static String bias(
      NodeProto node, Layer layer, RoundedWeights rounded, LoweringContext context) {
    float[] bias =
        context
            .library()
            .bias(layer, rounded.bits())
            .orElseGet(
                () -> Constants.floats(context.graph().constant(node.getInput(2)).orElseThrow()));
    int channels = rounded.layout().channels();
    float inputScale = context.regions().grid(node.getInput(0)).scale();
    int[] codes = new int[channels];
    float[] scales = new float[channels];
    for (int c = 0; c < channels; c++) {
      scales[c] = inputScale * rounded.scales()[c];
      float value = bias.length == 1 ? bias[0] : bias[c];
      codes[c] = (int) Math.max(-BIAS_LIMIT, Math.min(BIAS_LIMIT, Math.rint(value / scales[c])));
    }
    GraphBuilder builder = context.builder();
    List<Long> shape = List.of((long) channels);
    return builder.node(
        builder.freshName(),
        "DequantizeLinear",
        builder.quantizationDomain(),
        List.of(
            builder.constant(Constants.ofInts("", shape, codes)),
            builder.constant(Constants.ofFloats("", shape, scales))),
        GraphBuilder.attribute("axis", 0));
  }

  /** Leaves room for the products that are added to the bias. */
  private static final double BIAS_LIMIT = 1 << 30;
}
