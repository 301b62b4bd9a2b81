package dev.mixtune.engine;

/** The kinds of operator that count as a layer. */
public enum OperatorKind {
  /** ONNX Conv along one or two axes, with one group. */
  CONV("Conv", 1),
  /** ONNX Conv whose groups equal its input channels. */
  DEPTHWISE_CONV("Conv", 1),
  /** ONNX Conv with several groups that is not depthwise. */
  GROUPED_CONV("Conv", 1),
  /** ONNX Gemm. */
  GEMM("Gemm", 1),
  /** ONNX MatMul with a constant right operand of two or more axes. */
  MATMUL("MatMul", 1),
  /** ONNX ConvTranspose. No runtime has an integer kernel for it. */
  CONV_TRANSPOSE("ConvTranspose", 1),
  /** ONNX Gather of rows of a constant matrix: an embedding. It computes nothing. */
  GATHER("Gather", 0);

  private final String onnxName;
  private final int weightInput;

  OperatorKind(String onnxName, int weightInput) {
    this.onnxName = onnxName;
    this.weightInput = weightInput;
  }

  /** The ONNX operator type. */
  public String onnxName() {
    return onnxName;
  }

  /** Position of the weight among the operator's inputs: 0 or 1. The other one is activations. */
  public int weightInput() {
    return weightInput;
  }

  /** Position of the activations among the operator's inputs. */
  public int activationInput() {
    return 1 - weightInput;
  }

  /** Whether there is no integer kernel, so that narrow weights are a matter of storage only. */
  public boolean isStoredOnly() {
    return this == CONV_TRANSPOSE || this == GATHER;
  }
}
