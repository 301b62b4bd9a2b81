package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.BlockWeights;
import java.util.List;

/** com.microsoft MatMulNBits (version 1): block-wise weights, float activations outside. */
final class BlockwisePattern implements LayerPattern {
  /** Activations become INT8 inside the kernel; without it 8 and 2 bits are slower than float. */
  private static final int ACCURACY_LEVEL = 4;

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.BLOCKWISE && layer.kind() == OperatorKind.MATMUL;
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    BlockWeights blocks = context.library().blockwise(layer, scheme.weightBits());
    GraphBuilder builder = context.builder();
    List<Long> shape =
        List.of(
            (long) blocks.outputs(),
            (long) blocks.blocks(),
            (long) blocks.blockSize() * blocks.bits() / 8);
    String name = node.getInput(1) + "_b" + blocks.bits();
    builder.constant(name, Constants.ofBytes(name, Constants.UINT8, shape, blocks.packed()));
    String scales =
        builder.constant(
            Constants.ofFloats("", List.of((long) blocks.scales().length), blocks.scales()));
    context.stored().count(blocks.packed().length + (long) blocks.scales().length * Float.BYTES);
    builder.node(
        context.writtenName(node.getOutput(0)),
        "MatMulNBits",
        GraphBuilder.MICROSOFT,
        List.of(context.floatView(node.getInput(0)), name, scales),
        GraphBuilder.attribute("K", blocks.inputs()),
        GraphBuilder.attribute("N", blocks.outputs()),
        GraphBuilder.attribute("bits", blocks.bits()),
        GraphBuilder.attribute("block_size", blocks.blockSize()),
        GraphBuilder.attribute("accuracy_level", ACCURACY_LEVEL));
  }
}
