package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.mixtune.engine.KernelUse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownNetworksTest {
  /** Multiply-accumulates and parameters, millions: torchvision, the papers, Google's table. */
  @ParameterizedTest
  @CsvSource({
    "ResNet-18, 1814, 11.69",
    "ResNet-50, 4089, 25.56",
    "WideResNet-50, 11398, 68.88",
    "MobileNetV1, 569, 4.23",
    "MobileNetV2-224, 300.8, 3.50",
    "EfficientNet-lite0, 407, 4.7",
    "EfficientNet-lite4, 2640, 13.0",
    "ShuffleNetV2, 146, 2.28",
    "DeiT-Tiny, 1258, 5.72",
    "GoogLeNet, 1498, 6.62",
    "Inception-v3, 5713, 23.83"
  })
  void tablesHaveThePublishedSizes(String name, double macs, double parameters) {
    double counted =
        KnownNetworks.named(name).kernels(false).stream().mapToDouble(KernelUse::macs).sum();
    double weights =
        KnownNetworks.named(name).kernels(true).stream()
            .mapToDouble(KernelUse::weightElements)
            .sum();
    // Google's multiply-adds include what is not a layer; parameters include biases.
    assertThat(counted / 1e6).isCloseTo(macs, withPercentage(6));
    assertThat(weights / 1e6).isCloseTo(parameters, withPercentage(3));
  }
}
