package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime unpacks the tables when it loads a model: what it then holds is the oracle. */
class CodebookLoweringTest {

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet20/model.onnx, 2",
    "cifar10-resnet20/model.onnx, 4",
    "imagenet-mobilenetv2/model.onnx, 2",
    "imagenet-mobilenetv2/model.onnx, 4"
  })
  void codebooksBecomeTheirInt8CodesOnIntegerKernels(String model, int bits) {
    TestNetworks test = TestNetworks.calibrated(TestKit.file(model), 2);
    Random random = new Random(3);
    RoundingLibrary library = test.library();
    for (Layer layer : test.network().layers()) {
      library = library.with(layer, randomCodebook(test.library(), layer, bits, random), null);
    }
    Map<String, dev.mixtune.engine.Tensor> inputs =
        TestNetworks.randomInputs(test.runtime(), test.network(), 2, Map.of());
    Calibration calibration =
        new Calibrator(test.runtime(), 2)
            .run(test.network(), List.of(inputs), RangeMethods.named("min-max"));
    Plan plan = Plan.uniform(test.network().layers().size(), bits == 2 ? Scheme.W2A8 : Scheme.W4A8);
    LoweredPlan lowered = new PlanLowering(test.network(), calibration, library).lower(plan);

    ModelProto optimised =
        test.runtime().optimised(lowered.model(), OrtRuntime.OptimisationLevel.FULL);
    for (Layer layer : test.network().layers()) {
      byte[] codes = library.perChannel(layer, bits).codes();
      assertThat(optimised.getGraph().getInitializerList())
          .as(layer.name())
          .anyMatch(
              constant ->
                  constant.getDimsList().equals(layer.weightShape())
                      && Arrays.equals(constant.getRawData().toByteArray(), codes));
    }
    ExecutedKernels executed = ExecutedKernels.inspect(test.runtime(), test.network(), lowered);
    assertThat(executed.unplanned()).isEmpty();
    for (Layer layer : test.network().layers()) {
      assertThat(executed.isInteger(layer.index())).as(layer.name()).isTrue();
    }
  }

  private static RoundedWeights randomCodebook(
      RoundingLibrary library, Layer layer, int bits, Random random) {
    RoundedWeights uniform = library.perChannel(layer, bits);
    ChannelLayout layout = uniform.layout();
    byte[] codes = new byte[layout.size()];
    for (int channel = 0; channel < layout.channels(); channel++) {
      byte[] table = new byte[1 << bits];
      random.nextBytes(table);
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        codes[at] = table[uniform.codes()[at] + table.length / 2];
      }
    }
    return new RoundedWeights(bits, codes, uniform.scales(), layout, "random");
  }

  @Test
  void tablesCountAsStoredBytes() {
    byte[] codes = {100, -3, 7, 100, 0, 0, 5, 6};
    ChannelLayout layout = ChannelLayout.of(List.of(2L, 4L), 0);
    RoundedWeights book = new RoundedWeights(2, codes, new float[] {1, 1}, layout, "test");

    assertThat(book.isUniform()).isFalse();
    assertThat(book.tableBytes()).isEqualTo(8);
    CodebookTable table = CodebookTable.of(book);
    for (int i = 0; i < codes.length; i++) {
      assertThat(table.table()[i / 4 * 4 + table.indices()[i]]).isEqualTo(codes[i]);
    }
  }
}
