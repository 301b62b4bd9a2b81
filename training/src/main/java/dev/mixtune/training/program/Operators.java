package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The list of operators. A new one is added here and nowhere else. */
final class Operators {
  private static final List<Operator> ALL =
      List.of(
          new Convolution(),
          new TransposedConvolution(),
          new MatrixProduct(),
          new Gemm(),
          new BatchNormalization(),
          new LayerNormalization(),
          new FoldingOperator("Add", NDArray::add),
          new FoldingOperator("Sub", NDArray::sub),
          new FoldingOperator("Mul", NDArray::mul),
          new Division(),
          new FoldingOperator("Pow", NDArray::pow),
          new FoldingOperator("Sum", NDArray::add),
          new FoldingOperator("Max", NDArray::maximum),
          new FoldingOperator("Min", NDArray::minimum),
          new UnaryOperator("Relu", Activation::relu),
          new LeakyRelu(),
          new Clip(),
          new HardSigmoid(),
          new UnaryOperator("HardSwish", x -> x.mul(Factor.over(x, 6).add(0.5).clip(0, 1))),
          new UnaryOperator("Sigmoid", Activation::sigmoid),
          new UnaryOperator("Tanh", NDArray::tanh),
          new UnaryOperator("Erf", NDArray::erf),
          new Gelu(),
          new UnaryOperator("Sqrt", NDArray::sqrt),
          new UnaryOperator("Exp", NDArray::exp),
          new UnaryOperator("Log", NDArray::log),
          new UnaryOperator("Abs", NDArray::abs),
          new UnaryOperator("Neg", NDArray::neg),
          new UnaryOperator("Reciprocal", x -> Factor.power(x, -1)),
          new UnaryOperator("Softplus", Activation::softPlus),
          new UnaryOperator("Identity", x -> x),
          // At inference nothing is dropped.
          new UnaryOperator("Dropout", x -> x),
          new MaxPool(),
          new AveragePool(),
          new GlobalPool("GlobalAveragePool", Axes::mean),
          new GlobalPool("GlobalMaxPool", Axes::max),
          new Reduction("ReduceMean", Axes::mean),
          new Reduction("ReduceSum", Axes::sum),
          new Reduction("ReduceMax", Axes::max),
          new Softmax("Softmax", NDArray::softmax),
          new Softmax("LogSoftmax", NDArray::logSoftmax),
          new Reshape(),
          new Flatten(),
          new Transpose(),
          new Squeeze(),
          new Unsqueeze(),
          new Concat(),
          new Slice(),
          new Pad(),
          new Gather(),
          new Expand(),
          new Choice(),
          new ShapeOf(),
          new Cast(),
          new Quantize(),
          new Dequantize());

  private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "com.microsoft");
  private static final Map<String, Operator> BY_TYPE = new LinkedHashMap<>();

  static {
    ALL.forEach(operator -> BY_TYPE.put(operator.type(), operator));
  }

  private Operators() {}

  /** All operator types, in the order of the list. */
  static List<String> types() {
    return List.copyOf(BY_TYPE.keySet());
  }

  /** The operator of a node; empty when there is none. */
  static Optional<Operator> find(String domain, String type) {
    return DOMAINS.contains(domain) ? Optional.ofNullable(BY_TYPE.get(type)) : Optional.empty();
  }
}
