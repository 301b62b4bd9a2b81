package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.TestKit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Published figures of the kit's networks are the oracle. */
class KitImportTest {

  private static Network read(String model) {
    return new NetworkReader(TestKit.runtime()).read(TestKit.file(model), Map.of());
  }

  @Test
  void resnet20HasTheLayersParametersAndMacsOfThePaper() {
    List<Layer> layers = read("cifar10-resnet20/model.onnx").layers();

    assertThat(layers).hasSize(20);
    assertThat(layers.get(0).name()).isEqualTo("conv1");
    assertThat(layers.get(0).inputShape()).containsExactly(1L, 3L, 32L, 32L);
    assertThat(layers.get(19).kind()).isEqualTo(OperatorKind.GEMM);
    // He et al. 2016: 0.27 M parameters; 3x3x3x16 + 6 x 2304 + 4608 + 5 x 9216 + 18432 + 5 x 36864
    // + 640.
    assertThat(layers.stream().mapToLong(Layer::parameters).sum()).isEqualTo(268_336);
    assertThat(layers.stream().mapToLong(Layer::macs).sum()).isBetween(40_500_000L, 41_000_000L);
  }

  @Test
  void batchNormalizationGivesTheSameLayersAsTheFoldedModel() {
    assertThat(read("cifar10-resnet20/model_bn.onnx").layers())
        .isEqualTo(read("cifar10-resnet20/model.onnx").layers());
  }

  @Test
  void mobileNetKnowsItsDepthwiseLayers() {
    List<Layer> layers = read("imagenet-mobilenetv2/model.onnx").layers();

    assertThat(layers).hasSize(53);
    assertThat(layers.stream().filter(l -> l.kind() == OperatorKind.DEPTHWISE_CONV)).hasSize(17);
    // Sandler et al. 2018: 300 M multiply-adds, 3.4 M parameters.
    assertThat(layers.stream().mapToLong(Layer::macs).sum()).isBetween(295_000_000L, 305_000_000L);
    assertThat(layers.stream().mapToLong(Layer::parameters).sum())
        .isBetween(3_400_000L, 3_500_000L);
  }
}
