package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.probe.ProbeGraph;
import dev.mixtune.engine.probe.ProbePlans;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whole networks, with random weights, whose counts judge what is fitted to single kernels. No fit
 * sees them.
 */
final class ReferenceNetworks {

  /** A network with the schemes that it is counted with. */
  private record Reference(List<Scheme> schemes, Writer writer) {}

  private interface Writer {
    String write(ProbeGraph graph);
  }

  private static final List<Scheme> CONVOLUTIONAL = List.of(Scheme.F32, Scheme.W8A8);
  private static final List<Scheme> PRODUCTS =
      List.of(
          Scheme.F32,
          Scheme.W8A8_DYNAMIC,
          Scheme.W8A8,
          Scheme.W4A8,
          Scheme.W8_BLOCK,
          Scheme.W4_BLOCK,
          Scheme.W2_BLOCK);

  private static final Map<String, Reference> ALL = all();

  private static Map<String, Reference> all() {
    Map<String, Reference> all = new LinkedHashMap<>();
    all.put("resnet20", new Reference(CONVOLUTIONAL, ReferenceNetworks::resnet20));
    all.put("resnet18", new Reference(CONVOLUTIONAL, ReferenceNetworks::resnet18));
    all.put("mobilenetv2", new Reference(CONVOLUTIONAL, ReferenceNetworks::mobilenetV2));
    all.put(
        "three-convolutions",
        new Reference(List.of(Scheme.F32, Scheme.W8A8, Scheme.W4A8), ReferenceNetworks::three));
    for (int rows : new int[] {1, 64}) {
      all.put(
          "three-products-" + rows, new Reference(PRODUCTS, graph -> threeProducts(graph, rows)));
    }
    return Collections.unmodifiableMap(all);
  }

  private final OrtRuntime runtime;

  ReferenceNetworks(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /** Names with schemes, such as {@code resnet20 w8a8}. */
  static List<String> names() {
    return ALL.entrySet().stream()
        .flatMap(e -> e.getValue().schemes().stream().map(s -> e.getKey() + " " + s.id()))
        .toList();
  }

  /** Writes the deployable model of a name and returns the kernels that it runs. */
  List<KernelUse> write(String name, Path file) throws IOException {
    String[] words = name.split(" ", -1);
    Reference reference = ALL.get(words[0]);
    if (reference == null) {
      throw new IllegalArgumentException("no reference network '" + name + "'");
    }
    ProbeGraph graph = new ProbeGraph(9);
    graph.output(reference.writer().write(graph), /* bytes= */ false);
    Files.write(file, graph.bytes());
    LoweredPlan lowered = ProbePlans.of(runtime, file).uniform(Scheme.ofId(words[1]));
    Files.write(file, lowered.model());
    return lowered.kernels();
  }

  private static String resnet20(ProbeGraph graph) {
    String x = graph.plain("Relu", graph.conv(graph.input(1, 3, 32, 32), 3, 16, 3, 1, 1));
    int channels = 16;
    for (int width : new int[] {16, 32, 64}) {
      for (int block = 0; block < 3; block++) {
        x = residual(graph, x, channels, width);
        channels = width;
      }
    }
    return classifier(graph, x, 64, 10);
  }

  private static String resnet18(ProbeGraph graph) {
    String x = graph.plain("Relu", graph.conv(graph.input(1, 3, 224, 224), 3, 64, 7, 2, 1));
    x = graph.maxPool(x, 3, 2);
    int channels = 64;
    for (int width : new int[] {64, 128, 256, 512}) {
      for (int block = 0; block < 2; block++) {
        x = residual(graph, x, channels, width);
        channels = width;
      }
    }
    return classifier(graph, x, 512, 1000);
  }

  /** He et al. 2015; a shortcut of another width is a 1x1 convolution. */
  private static String residual(ProbeGraph graph, String x, int in, int out) {
    int stride = in == out ? 1 : 2;
    String shortcut = in == out ? x : graph.conv(x, in, out, 1, 2, 1);
    String y = graph.plain("Relu", graph.conv(x, in, out, 3, stride, 1));
    return graph.plain("Relu", graph.plain("Add", graph.conv(y, out, out, 3, 1, 1), shortcut));
  }

  /** Sandler et al. 2018, 224x224, width 1.0. */
  private static String mobilenetV2(ProbeGraph graph) {
    String x = graph.relu6(graph.conv(graph.input(1, 3, 224, 224), 3, 32, 3, 2, 1));
    int channels = 32;
    int[][] stages = {
      {1, 16, 1, 1},
      {6, 24, 2, 2},
      {6, 32, 3, 2},
      {6, 64, 4, 2},
      {6, 96, 3, 1},
      {6, 160, 3, 2},
      {6, 320, 1, 1}
    };
    for (int[] stage : stages) {
      for (int block = 0; block < stage[2]; block++) {
        int stride = block == 0 ? stage[3] : 1;
        int wide = channels * stage[0];
        String y = stage[0] == 1 ? x : graph.relu6(graph.conv(x, channels, wide, 1, 1, 1));
        y = graph.relu6(graph.conv(y, wide, wide, 3, stride, wide));
        y = graph.conv(y, wide, stage[1], 1, 1, 1);
        x = stride == 1 && channels == stage[1] ? graph.plain("Add", y, x) : y;
        channels = stage[1];
      }
    }
    x = graph.relu6(graph.conv(x, channels, 1280, 1, 1, 1));
    return classifier(graph, x, 1280, 1000);
  }

  private static String classifier(ProbeGraph graph, String x, int channels, int classes) {
    String pooled = graph.flatten(graph.plain("GlobalAveragePool", x));
    return graph.gemm(pooled, channels, classes);
  }

  private static String three(ProbeGraph graph) {
    String x = graph.input(1, 64, 16, 16);
    for (int i = 0; i < 3; i++) {
      x = graph.plain("Relu", graph.conv(x, 64, 64, 3, 1, 1));
    }
    return x;
  }

  private static String threeProducts(ProbeGraph graph, int rows) {
    String x = graph.input(rows, 512);
    for (int i = 0; i < 3; i++) {
      x = graph.matmul(x, 512, 512);
    }
    return x;
  }
}
