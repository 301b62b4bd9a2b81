package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.graph.Graph;
import java.util.List;
import java.util.Set;

/** What lowering knows about operators that are not layers. */
final class Operators {
  /** Outputs hold values of the first input only, so both share one grid. */
  private static final Set<String> MOVES_VALUES =
      Set.of(
          "MaxPool",
          "Flatten",
          "Reshape",
          "Transpose",
          "Slice",
          "Squeeze",
          "Unsqueeze",
          "Identity",
          "Pad");

  private static final Set<String> INTEGER_ARITHMETIC =
      Set.of("Add", "Mul", "GlobalAveragePool", "AveragePool", "Concat");

  /** Run on floats, but so cheaply that what stands behind them had better stay on integers. */
  private static final Set<String> STEPPING_STONES = Set.of("Pad", "Relu", "Clip");

  private static final Set<String> HAVE_WEIGHTS = Set.of("Conv", "ConvTranspose", "Gemm");

  /** MaxPool takes 8-bit integers from this opset on. */
  private static final long INTEGER_MAX_POOL_OPSET = 12;

  private Operators() {}

  /** Whether the operator only moves, selects or repeats values of its first input. */
  static boolean movesValues(NodeProto node) {
    return Graph.isStandard(node)
        && (MOVES_VALUES.contains(node.getOpType()) || repeatsPixels(node));
  }

  /** Whether the node is a Resize that picks pixels, all of them from its input. */
  private static boolean repeatsPixels(NodeProto node) {
    return node.getOpType().equals("Resize")
        && Graph.textAttribute(node, "mode", "nearest").equals("nearest")
        && !Graph.textAttribute(node, "coordinate_transformation_mode", "")
            .equals("tf_crop_and_resize");
  }

  /** Whether the operator moves values, and leaves all of them within the bounds of its input. */
  static boolean keepsBounds(NodeProto node) {
    return movesValues(node) && !node.getOpType().equals("Pad");
  }

  /** Whether integers in front of the operator mean integers behind it. */
  static boolean carriesIntegers(NodeProto node, long opset) {
    return hasIntegerKernel(node, opset)
        || (Graph.isStandard(node) && STEPPING_STONES.contains(node.getOpType()));
  }

  /** Whether the operator has an 8-bit integer kernel. */
  static boolean hasIntegerKernel(NodeProto node, long opset) {
    String op = node.getOpType();
    if (!Graph.isStandard(node) || STEPPING_STONES.contains(op)) {
      return false;
    }
    if (op.equals("MaxPool")) {
      return opset >= INTEGER_MAX_POOL_OPSET && node.getOutputCount() == 1;
    }
    return movesValues(node) || INTEGER_ARITHMETIC.contains(op);
  }

  /** The inputs that carry activations, as opposed to shapes, axes and bounds. */
  static List<String> dataInputs(NodeProto node) {
    return switch (node.getOpType()) {
      case "Add", "Mul", "Concat" -> node.getInputList();
      default -> node.getInputList().subList(0, Math.min(1, node.getInputCount()));
    };
  }

  /**
   * Whether the node is an activation that an integer kernel in front of it absorbs: a Relu, or a
   * Clip with constant bounds around 0.
   */
  static boolean isAbsorbedActivation(NodeProto node, Graph graph) {
    if (!Graph.isStandard(node)) {
      return false;
    }
    if (node.getOpType().equals("Relu")) {
      return true;
    }
    return node.getOpType().equals("Clip") && ClipBounds.of(node, graph).isPresent();
  }

  /** Whether the node is a Relu or a Clip with whatever bounds. */
  static boolean isActivation(NodeProto node) {
    return Graph.isStandard(node)
        && (node.getOpType().equals("Relu") || node.getOpType().equals("Clip"));
  }

  /** Whether ONNX Runtime may quantize the weights of this operator by itself. */
  static boolean hasWeights(NodeProto node) {
    return Graph.isStandard(node) && HAVE_WEIGHTS.contains(node.getOpType());
  }

  static KernelUse.Op costClass(NodeProto node) {
    return switch (node.getOpType()) {
      case "Add", "Mul", "Sub", "Div" -> KernelUse.Op.ADD;
      case "GlobalAveragePool", "AveragePool", "MaxPool", "ReduceMean" -> KernelUse.Op.POOL;
      case "Relu", "Clip", "HardSwish", "HardSigmoid", "LeakyRelu" -> KernelUse.Op.ACTIVATION;
      case "Sigmoid", "Tanh", "Erf", "Gelu", "Softmax" -> KernelUse.Op.FUNCTION;
      case "Concat" -> KernelUse.Op.CONCAT;
      case "MatMul" -> KernelUse.Op.MATMUL;
      default -> KernelUse.Op.OTHER;
    };
  }
}
