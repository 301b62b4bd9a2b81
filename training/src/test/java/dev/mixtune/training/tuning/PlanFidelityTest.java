package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.NetworkRounding;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.training.program.GradientProgram;
import dev.mixtune.training.program.Kit;
import dev.mixtune.training.program.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fake-quantized forward of random plans of ResNet-20 names the classes that the exported
 * integer files name. {@code -Dmixtune.plans=N -Dmixtune.pictures=N} make it shorter.
 */
@Tag("long")
class PlanFidelityTest {
  private static final double AGREEING = 0.995;
  private static final List<Scheme> SCHEMES =
      List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8, Scheme.F16);

  @TempDir Path folder;

  @Test
  void randomPlansAnswerAsTheirFiles() {
    int plans = Integer.getInteger("mixtune.plans", 50);
    int pictures = Integer.getInteger("mixtune.pictures", 2000);
    OrtRuntime runtime = Kit.runtime();
    Task task = TaskFile.read(Kit.file("cifar10-resnet20/task.yaml"));
    Network network = new NetworkReader(runtime).read(task.model(), Map.of());
    List<Double> agreements = new ArrayList<>();
    try (NDManager manager = Torch.start(1);
        Session floatModel = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, floatModel, 1, folder)) {
      SampleSet scored = data.search().subset(pictures, new Random(2));
      PlanLowering lowering = lowering(network, runtime, data.calibration());
      Random random = new Random(3);
      for (int i = 0; i < plans; i++) {
        byte[] model = lowering.lower(randomPlan(network.layers().size(), random)).model();
        try (GradientProgram program =
            GradientProgram.of(model, runtime, manager, DataType.FLOAT32)) {
          agreements.add(
              new PlanFidelity(runtime, manager)
                  .agreement(model, program, scored.batches(50, /* padded= */ false)));
        }
      }
      double least = agreements.stream().mapToDouble(a -> a).min().orElseThrow();
      double mean = agreements.stream().mapToDouble(a -> a).average().orElseThrow();
      System.out.println(
          String.format(
              Locale.ROOT,
              "%d plans, %d pictures: same class on %.3f %% (least plan %.3f %%)",
              plans,
              scored.size(),
              100 * mean,
              100 * least));
      assertThat(mean).isGreaterThanOrEqualTo(AGREEING);
    }
  }

  private static PlanLowering lowering(
      Network network, OrtRuntime runtime, SampleSet calibrationSamples) {
    SampleSet few = calibrationSamples.subset(64, new Random(1));
    Iterable<Map<String, Tensor>> batches = few.batches(32, /* padded= */ false);
    Calibration calibration =
        new Calibrator(runtime, 1).run(network, batches, RangeMethods.named("mse"));
    ExecutorService executor = Executors.newFixedThreadPool(1);
    try {
      RoundingLibrary library =
          new NetworkRounding(network, runtime, calibration, FittingSettings.defaults(), executor)
              .round(() -> batches, (done, total, name) -> {})
              .library();
      return new PlanLowering(network, calibration, library);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Plan randomPlan(int layers, Random random) {
    List<Scheme> schemes = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      schemes.add(SCHEMES.get(random.nextInt(SCHEMES.size())));
    }
    return new Plan(schemes);
  }
}
