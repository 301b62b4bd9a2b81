package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.probe.ProbeGraph;
import dev.mixtune.engine.probe.ProbePlans;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the deployable model with a number of copies of a probe's kernel. */
final class ProbeModel {
  private static final int COPIES = 3;

  private final OrtRuntime runtime;

  ProbeModel(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /** Writes the model to a file. */
  void write(Probe probe, int copies, Path file) throws IOException {
    Files.write(file, graph(probe, copies));
    boolean layers = probe.use().weightElements() > 0 || isBehindConvolution(probe);
    if (layers) {
      Files.write(file, ProbePlans.of(runtime, file).uniform(probe.scheme()).model());
    }
  }

  /** An operator without weights is on integers only where a quantized layer feeds it. */
  private static boolean isBehindConvolution(Probe probe) {
    return probe.use().weightElements() == 0 && probe.scheme() == Scheme.W8A8;
  }

  /**
   * ONNX Runtime computes equal operators with equal inputs once. Such copies read values of a
   * chain that is as long in every model.
   */
  private static boolean isMergedWhenEqual(Probe probe) {
    return probe.isJoined() && isBehindConvolution(probe);
  }

  private static byte[] graph(Probe probe, int copies) {
    ProbeGraph graph = new ProbeGraph(3);
    String first =
        probe.kind().isProduct()
            ? graph.input(probe.size(), probe.in())
            : graph.input(1, probe.in(), probe.size(), probe.size());
    String second = first;
    if (isBehindConvolution(probe)) {
      String x = first;
      first = graph.conv(x, probe.in(), probe.in(), 1, 1, 1);
      second = graph.conv(x, probe.in(), probe.in(), 1, 1, 1);
    }
    boolean single = probe.kind().isChained() || probe.isJoined();
    String value = first;
    for (int i = COPIES - 1; i >= 0; i--) {
      if (i < copies) {
        String copy = node(graph, probe, probe.kind().isChained() ? value : first, second);
        value = probe.isJoined() && i < copies - 1 ? graph.plain("Add", value, copy) : copy;
        if (!single) {
          graph.output(value, probe.kind() == Probe.Kind.QUANTIZE);
        }
      }
      if (isMergedWhenEqual(probe)) {
        first = graph.plain("Sigmoid", first);
      }
    }
    if (single) {
      graph.output(value, /* bytes= */ false);
    }
    return graph.bytes();
  }

  private static String node(ProbeGraph graph, Probe probe, String x, String second) {
    return switch (probe.kind()) {
      case CONV ->
          graph.conv(x, probe.in(), probe.out(), probe.kernel(), probe.stride(), probe.groups());
      case MATMUL -> graph.matmul(x, probe.in(), probe.out());
      case GEMM -> graph.gemm(x, probe.in(), probe.out());
      case ADD -> graph.plain("Add", x, second);
      case MAXPOOL -> graph.maxPool(x, probe.kernel(), probe.stride());
      case AVGPOOL -> graph.plain("GlobalAveragePool", x);
      case SIGMOID -> graph.plain("Sigmoid", x);
      case TANH -> graph.plain("Tanh", x);
      case ERF -> graph.plain("Erf", x);
      case SOFTMAX -> graph.plain("Softmax", x);
      case CONCAT -> graph.concat(x, second);
      case QUANTIZE -> graph.quantize(x);
      case DEQUANTIZE -> graph.dequantize(graph.quantize(x));
      case NEGATE, NEGATE_OUT -> graph.plain("Neg", x);
    };
  }
}
