package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.rounding.BlockWeights;
import java.util.List;

/** com.microsoft MatMulNBits (version 1): block-wise weights, float activations outside. */
final class BlockwisePattern implements LayerPattern {
  /**
   * Activations become INT8 inside the kernel, one scale for each block. Level 1 computes in float
   * and is slower than that at every width, at 8 and 2 bits several times slower than a float layer
   * (decisions/0018).
   */
  private static final int ACCURACY_LEVEL = 4;

  /** A narrower matrix would only be padded. */
  private static final int LEAST_BLOCK = Scheme.W8_BLOCK.blockSize();

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return scheme.arithmetic() == Arithmetic.BLOCKWISE
        && layer.kind() == OperatorKind.MATMUL
        && layer.weightShape().size() == 2
        && (scheme.blockSize() == LEAST_BLOCK || layer.weightShape().get(0) >= scheme.blockSize());
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    BlockWeights blocks = context.library().blockwise(layer, scheme);
    String packed = context.stored().blocks(blocks);
    String scales = context.stored().scales(blocks.scales());
    context
        .builder()
        .add(
            GraphBuilder.node(
                    context.writtenName(node.getOutput(0)),
                    "MatMulNBits",
                    GraphBuilder.MICROSOFT,
                    List.of(context.floatView(node.getInput(0)), packed, scales),
                    GraphBuilder.attribute("K", blocks.inputs()),
                    GraphBuilder.attribute("N", blocks.outputs()),
                    GraphBuilder.attribute("bits", blocks.bits()),
                    GraphBuilder.attribute("block_size", blocks.blockSize()),
                    GraphBuilder.attribute("accuracy_level", ACCURACY_LEVEL))
                .setName(layer.name())
                .build());
  }
}
