package dev.mixtune.engine;

/** The kinds of operator that count as a layer. */
public enum OperatorKind {
  /** ONNX Conv with one group. */
  CONV("Conv"),
  /** ONNX Conv whose groups equal its input channels. */
  DEPTHWISE_CONV("Conv"),
  /** ONNX Conv with several groups that is not depthwise. */
  GROUPED_CONV("Conv"),
  /** ONNX Gemm. */
  GEMM("Gemm"),
  /** ONNX MatMul with a constant right operand. */
  MATMUL("MatMul");

  private final String onnxName;

  OperatorKind(String onnxName) {
    this.onnxName = onnxName;
  }

  /** The ONNX operator type. */
  public String onnxName() {
    return onnxName;
  }
}
