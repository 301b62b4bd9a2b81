package dev.mixtune.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a {@link ResidualNetwork} as ONNX with batch normalization folded into the convolutions.
 */
final class OnnxWriter {
  static final String INPUT = "input";
  static final String OUTPUT = "logits";

  private final ResidualNetwork network;
  private final OnnxGraph graph = new OnnxGraph("residual-network");

  private OnnxWriter(ResidualNetwork network) {
    this.network = network;
  }

  static void write(ResidualNetwork network, Path file) throws IOException {
    Files.write(file, model(network).toByteArray());
  }

  /**
   * The network with its present weights: {@code input} [N, 1, size, size] to {@code logits} [N,
   * classes].
   */
  static ModelProto model(ResidualNetwork network) {
    return new OnnxWriter(network).build();
  }

  private ModelProto build() {
    int size = network.architecture().size();
    String value = graph.input(INPUT, 1, size, size);
    value = relu("stem.relu", convolution(network.stem(), value));
    for (ResidualUnit unit : network.units()) {
      value = residual(unit, value);
    }
    value = graph.node("GlobalAveragePool", "pool", List.of(value));
    value = graph.node("Flatten", "flatten", List.of(value), OnnxGraph.integer("axis", 1));
    classifier(value);
    return graph.model();
  }

  private String residual(ResidualUnit unit, String input) {
    String hidden = relu(unit.name() + ".relu1", convolution(unit.first(), input));
    String residual = convolution(unit.second(), hidden);
    ConvolutionUnit projection = unit.shortcut();
    String shortcut = projection == null ? input : convolution(projection, input);
    String sum = graph.node("Add", unit.name() + ".add", List.of(residual, shortcut));
    return relu(unit.name() + ".relu2", sum);
  }

  private String convolution(ConvolutionUnit unit, String input) {
    FoldedConvolution folded = unit.fold();
    int kernel = folded.kernel();
    int padding = folded.padding();
    String weight =
        graph.constant(
            folded.name() + ".weight",
            folded.weight(),
            folded.outputChannels(),
            folded.inputChannels(),
            kernel,
            kernel);
    String bias = graph.constant(folded.name() + ".bias", folded.bias(), folded.outputChannels());
    return graph.node(
        "Conv",
        folded.name(),
        List.of(input, weight, bias),
        OnnxGraph.integers("dilations", 1, 1),
        OnnxGraph.integer("group", 1),
        OnnxGraph.integers("kernel_shape", kernel, kernel),
        OnnxGraph.integers("pads", padding, padding, padding, padding),
        OnnxGraph.integers("strides", folded.stride(), folded.stride()));
  }

  private String relu(String name, String input) {
    return graph.node("Relu", name, List.of(input));
  }

  private void classifier(String input) {
    int classes = network.architecture().classes();
    String weight =
        graph.constant(
            "classifier.weight", network.classifierWeight(), classes, network.features());
    String bias = graph.constant("classifier.bias", network.classifierBias(), classes);
    graph.node(
        "Gemm", "classifier", List.of(input, weight, bias), OUTPUT, OnnxGraph.integer("transB", 1));
    graph.output(OUTPUT, classes);
  }
}
