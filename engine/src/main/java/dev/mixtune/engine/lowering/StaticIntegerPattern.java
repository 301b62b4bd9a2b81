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
 * DequantizeLinear around the layer, which ONNX Runtime turns into QLinearConv, QGemm or
 * QLinearMatMul: UINT8 activations with one calibrated scale, INT8 weights with one scale per
 * output channel, INT32 bias.
 */
final class StaticIntegerPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.INTEGER_STATIC
        && !layer.kind().isStoredOnly()
        // The kernel knows one scale per column of one matrix.
        && (layer.kind() != OperatorKind.MATMUL || layer.weightShape().size() == 2);
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    RoundedWeights rounded = context.library().perChannel(layer, scheme.weightBits());
    String input = node.getInput(0);
    NodeProto.Builder lowered = node.toBuilder().setInput(0, context.integerView(input));
    if (node.getInputCount() > 2 && !node.getInput(2).isEmpty()) {
      float[] floats = biasValues(node, layer, scheme, context);
      float inputScale = context.regions().grid(input).scale();
      IntegerBias bias = IntegerBias.of(floats, inputScale, rounded);
      rounded = bias.weights();
      lowered.setInput(2, bias(bias.codes(), inputScale, rounded, context));
    }
    lowered.setInput(1, weight(layer, rounded, context));
    add(lowered, node, layer, context);
  }

  /** The library's corrected bias where it has one, else the model's. */
  private static float[] biasValues(
      NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    return context
        .library()
        .bias(layer, scheme.weightBits())
        .orElseGet(
            () -> Constants.floats(context.graph().constant(node.getInput(2)).orElseThrow()));
  }

  /**
   * A matrix product that writes floats to an activation would stay float, because ONNX Runtime
   * looks for a QuantizeLinear behind the activation; so would one that is read by a QuantizeLinear
   * and by others. A Reshape to the same shape, which costs nothing, keeps them apart.
   */
  private static void add(
      NodeProto.Builder lowered, NodeProto node, Layer layer, LoweringContext context) {
    GraphBuilder builder = context.builder();
    String output = node.getOutput(0);
    String written = context.writtenName(output);
    boolean apart =
        !context.regions().isWrittenByIntegerKernel(output)
            && !layer.outputShape().isEmpty()
            && (context.regions().reachesQuantization(output)
                || context.graph().consumers(output).stream().anyMatch(Operators::isActivation));
    String direct = apart ? builder.freshName() : written;
    builder.add(lowered.setOutput(0, direct).build());
    if (apart) {
      // 0 keeps an axis as it is.
      long[] axes = new long[layer.outputShape().size()];
      axes[axes.length - 1] = -1;
      String shape = builder.constant(Constants.ofLongs("", List.of((long) axes.length), axes));
      builder.add(GraphBuilder.node(written, "Reshape", "", List.of(direct, shape)).build());
    }
  }

  private static String weight(Layer layer, RoundedWeights rounded, LoweringContext context) {
    StoredWeights stored = context.stored();
    return dequantize(
        context,
        rounded.layout().axis(),
        stored.codes(layer.weightShape(), rounded),
        stored.scales(rounded.scales()),
        stored.zeroPoints(rounded.layout().channels()));
  }

  /** The bias' scales are computed at load: stored, they would be a fifth of what is no weight. */
  private static String bias(
      int[] codes, float inputScale, RoundedWeights rounded, LoweringContext context) {
    GraphBuilder builder = context.builder();
    String scales =
        builder.node(
            "Mul",
            List.of(
                builder.constant(Constants.ofFloats("", List.of(), inputScale)),
                context.stored().scales(rounded.scales())));
    String bias = builder.constant(Constants.ofInts("", List.of((long) codes.length), codes));
    return dequantize(context, 0, bias, scales);
  }

  private static String dequantize(LoweringContext context, int axis, String... inputs) {
    GraphBuilder builder = context.builder();
    String output = builder.freshName();
    builder.add(
        GraphBuilder.node(
                output,
                "DequantizeLinear",
                builder.quantizationDomain(),
                List.of(inputs),
                GraphBuilder.attribute("axis", axis))
            .build());
    return output;
  }
}
