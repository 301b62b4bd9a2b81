package dev.mixtune.engine.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each column is read back as one long binary number. */
class BlockWeightsTest {

  @ParameterizedTest
  @CsvSource({
    "8, 32, 64, 3",
    "4, 32, 64, 3",
    "2, 32, 64, 3",
    "8, 32, 45, 2",
    "4, 32, 45, 2",
    "2, 32, 45, 2",
    "4, 32, 1, 1",
    "8, 64, 64, 2",
    "4, 64, 150, 3",
    "2, 64, 150, 3",
    "8, 128, 300, 2",
    "4, 128, 300, 2",
    "2, 128, 129, 3",
  })
  void unpackedBlocksAreTheWeightsWithinTheirStep(int bits, int size, int inputs, int outputs) {
    Random random = new Random(9);
    float[] weights = new float[inputs * outputs];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    BlockWeights blocks = BlockWeights.round(weights, inputs, outputs, bits, size);

    assertThat(blocks.blocks()).isEqualTo((inputs + size - 1) / size);
    assertThat(blocks.packed()).hasSize(outputs * blocks.blocks() * size * bits / 8);
    int columnBytes = blocks.packed().length / outputs;
    int middle = 1 << (bits - 1);
    for (int n = 0; n < outputs; n++) {
      byte[] bigEndian = new byte[columnBytes];
      for (int i = 0; i < columnBytes; i++) {
        bigEndian[columnBytes - 1 - i] = blocks.packed()[n * columnBytes + i];
      }
      BigInteger column = new BigInteger(1, bigEndian);
      for (int k = 0; k < blocks.blocks() * size; k++) {
        int code = column.shiftRight(k * bits).intValue() & ((1 << bits) - 1);
        double scale = blocks.scales()[n * blocks.blocks() + k / size];
        assertThat(scale).isPositive();
        if (k >= inputs) {
          assertThat(code).as("padding").isEqualTo(middle);
          continue;
        }
        double weight = weights[k * outputs + n];
        double clipped = Math.max(-middle * scale, Math.min((middle - 1) * scale, weight));
        assertThat((code - middle) * scale).isCloseTo(clipped, within(0.501 * scale));
      }
    }
  }
}
