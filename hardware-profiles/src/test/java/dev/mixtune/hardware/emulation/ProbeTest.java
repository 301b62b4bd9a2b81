package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.probe.ProbeGraph;
import dev.mixtune.engine.probe.ProbePlans;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
  @TempDir Path folder;

  @Test
  void textsAreReadBack() {
    for (Probe probe : ProbeCatalogue.all()) {
      assertThat(Probe.parse(probe.text())).isEqualTo(probe);
    }
    assertThat(ProbeCatalogue.all().stream().map(Probe::text)).doesNotHaveDuplicates();
  }

  @Test
  void aKernelIsTheOneThatTheLoweringNames() throws IOException {
    OrtRuntime runtime = OrtRuntime.start(folder.resolve("natives"));
    for (String text :
        List.of(
            "conv 3-16 k3 s1 g1 @8 f32",
            "conv 8-12 k3 s2 g1 @9 w8a8",
            "conv 8-8 k3 s1 g8 @6 w8a8",
            "conv 8-8 k3 s1 g2 @6 f32",
            "conv 16-8 k1 s1 g1 @7 w4a8",
            "matmul 64-32 k1 s1 g1 @5 w8a8d",
            "matmul 64-32 k1 s1 g1 @5 w4b",
            "gemm 64-10 k1 s1 g1 @1 w8a8")) {
      Probe probe = Probe.parse(text);
      KernelUse use = lowered(runtime, probe);
      KernelUse own = probe.use();
      assertThat(own.op()).as(text).isEqualTo(use.op());
      assertThat(own.arithmetic()).as(text).isEqualTo(use.arithmetic());
      assertThat(own.weightBits()).as(text).isEqualTo(use.weightBits());
      assertThat(own.macs()).as(text).isEqualTo(use.macs());
      assertThat(own.inputElements()).as(text).isEqualTo(use.inputElements());
      assertThat(own.outputElements()).as(text).isEqualTo(use.outputElements());
      assertThat(own.weightElements()).as(text).isEqualTo(use.weightElements());
    }
  }

  private KernelUse lowered(OrtRuntime runtime, Probe probe) throws IOException {
    ProbeGraph graph = new ProbeGraph(1);
    String y =
        switch (probe.kind()) {
          case CONV ->
              graph.conv(
                  graph.input(1, probe.in(), probe.size(), probe.size()),
                  probe.in(),
                  probe.out(),
                  probe.kernel(),
                  probe.stride(),
                  probe.groups());
          case MATMUL ->
              graph.matmul(graph.input(probe.size(), probe.in()), probe.in(), probe.out());
          default -> graph.gemm(graph.input(probe.size(), probe.in()), probe.in(), probe.out());
        };
    graph.output(y, false);
    Path file = Files.write(folder.resolve("one.onnx"), graph.bytes());
    LoweredPlan plan = ProbePlans.of(runtime, file).uniform(probe.scheme());
    assertThat(plan.plan().schemes()).containsOnly(probe.scheme());
    return plan.kernels().stream()
        .filter(use -> use.weightElements() > 0)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void additionsOfIntegersRunOnIntegers() throws IOException {
    OrtRuntime runtime = OrtRuntime.start(folder.resolve("natives"));
    Path file = folder.resolve("add.onnx");
    for (String text : List.of("add 8-8 k1 s1 g1 @4 w8a8", "conv 8-8 k3 s1 g1 @4 w8a8")) {
      new ProbeModel(runtime).write(Probe.parse(text), 3, file);
      List<String> operators =
          runtime.executedNodes(Files.readAllBytes(file)).stream().map(node -> node.op()).toList();
      assertThat(operators).as(text).contains("QLinearAdd", "QLinearConv");
      assertThat(operators).as(text).doesNotContain("Add", "Conv");
      // Turning to channels last happens at the ends only, however many copies there are.
      assertThat(operators.stream().filter("Transpose"::equals).count())
          .as(text)
          .isLessThanOrEqualTo(2);
    }
  }
}
