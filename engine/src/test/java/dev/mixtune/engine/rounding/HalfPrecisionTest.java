package dev.mixtune.engine.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** All 65,536 halves, decoded as IEEE 754-2019, 3.4 says, are the oracle. */
class HalfPrecisionTest {

  private static double decode(int bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude =
        exponent == 0
            ? fraction * Math.pow(2, -24)
            : (1024 + fraction) * Math.pow(2, exponent - 25);
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  private static int encode(float value) {
    byte[] bytes = HalfPrecision.bytes(new float[] {value});
    return (bytes[0] & 0xff) | (bytes[1] & 0xff) << 8;
  }

  @Test
  void everyFiniteHalfComesBack() {
    for (int bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) != 0x7c00) {
        assertThat(encode((float) decode(bits))).as("half %x", bits).isEqualTo(bits);
      }
    }
  }

  @Test
  void valuesBetweenTwoHalvesGoToTheNearestAndTiesToEven() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = decode(bits);
      double high = decode(bits + 1);
      float middle = (float) ((low + high) / 2);
      assertThat(encode(middle)).isEqualTo(bits % 2 == 0 ? bits : bits + 1);
      assertThat(encode(Math.nextDown(middle))).isEqualTo(bits);
      assertThat(encode(Math.nextUp(middle))).isEqualTo(bits + 1);
    }
  }

  @Test
  void randomFloatsGoToTheNearestHalf() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 25));
      if (Math.abs(value) > HalfPrecision.LARGEST) {
        continue;
      }
      int bits = encode(value);
      double error = Math.abs(decode(bits) - value);
      int magnitude = bits & 0x7fff;
      if (magnitude > 0) {
        assertThat(error).isLessThanOrEqualTo(Math.abs(neighbour(bits, -1) - value));
      }
      if (magnitude < 0x7bff) {
        assertThat(error).isLessThanOrEqualTo(Math.abs(neighbour(bits, 1) - value));
      }
    }
  }

  private static double neighbour(int bits, int step) {
    return decode(bits + step);
  }

  @Test
  void overflowIsForeseen() {
    assertThat(HalfPrecision.holds(new float[] {65504, -65504, 0})).isTrue();
    assertThat(HalfPrecision.holds(new float[] {0, 65536})).isFalse();
    assertThat(HalfPrecision.holds(new float[] {-1e6f})).isFalse();
  }
}
