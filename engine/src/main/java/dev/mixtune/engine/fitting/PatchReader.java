package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Graph;
import java.util.random.RandomGenerator;

/**
 * Reads from a layer's input tensor what one output element sees: the rows of the linear regression
 * that the layer is.
 */
interface PatchReader {

  /** Independent blocks of inputs: the groups of a convolution, 1 elsewhere. */
  int groups();

  /** Inputs that one output element sees. */
  int size();

  /** Output positions per sample of an input of this shape. */
  int positions(long[] inputShape);

  /** Samples in an input of this shape. */
  int samples(long[] inputShape);

  /**
   * Writes one row into a column of a block.
   *
   * @param input the layer's whole input
   * @param sample which sample
   * @param position output position within it, {@code 0 <= position < positions}
   * @param into {@code [groups, size, rows]}
   * @param column {@code 0 <= column < rows}
   */
  void read(Tensor.Floats input, int sample, int position, CrossProducts.Rows into, int column);

  /** The reader of a layer. */
  static PatchReader of(Layer layer, NodeProto node) {
    return switch (layer.kind()) {
      case CONV, DEPTHWISE_CONV, GROUPED_CONV ->
          new ConvolutionPatches(ConvolutionGeometry.of(layer, node));
      case GEMM ->
          new RowPatches(inputs(layer, Graph.intAttribute(node, "transB", 0) == 0 ? 0 : 1));
      case MATMUL -> new RowPatches(inputs(layer, 0));
      case CONV_TRANSPOSE, GATHER ->
          throw new IllegalArgumentException("no rows for " + layer.kind() + " " + layer.name());
    };
  }

  /**
   * Whether a layer can be fitted to its inputs. Others are rounded from their weights alone: those
   * without an integer kernel, and products with a matrix for each batch.
   */
  static boolean reads(Layer layer) {
    return !layer.kind().isStoredOnly()
        && (layer.kind() != OperatorKind.MATMUL || layer.weightShape().size() == 2);
  }

  /** Of the weights' shape: that of the layer's input may not be known, not even its rank. */
  private static int inputs(Layer layer, int axis) {
    return Math.toIntExact(layer.weightShape().get(axis));
  }

  /** Output positions to read of one sample, drawn with replacement. */
  static int[] draw(int positions, int wanted, RandomGenerator random) {
    int count = Math.min(positions, wanted);
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      drawn[i] = count == positions ? i : random.nextInt(positions);
    }
    return drawn;
  }
}
