package dev.mixtune.engine.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real rounding of the raw values, over all pairs of ends, is the oracle. */
class RangeMethodsTest {
  private static final int ENDS = 60;

  private static float[] values(String kind) {
    Random random = new Random(3);
    float[] values = new float[4_000];
    for (int i = 0; i < values.length; i++) {
      double normal = random.nextGaussian();
      double laplace = (random.nextBoolean() ? 1 : -1) * -Math.log(1 - random.nextDouble());
      values[i] =
          (float)
              switch (kind) {
                case "normal" -> normal;
                case "relu" -> Math.max(0, normal);
                case "sparse" -> Math.max(0, normal - 2);
                case "mostly zero" -> i % 40 == 0 ? Math.abs(laplace) : 0;
                case "laplace" -> laplace;
                case "one-sided laplace" -> Math.abs(laplace);
                case "outliers" -> normal * (i % 1000 == 0 ? 30 : 1);
                case "shifted" -> normal + 3;
                case "uniform" -> random.nextDouble();
                case "skewed" -> laplace > 0 ? laplace * 5 : laplace;
                case "negative only" -> -Math.abs(normal);
                case "tiny" -> normal * 1e-6;
                case "huge" -> normal * 1e20;
                default -> throw new IllegalArgumentException(kind);
              };
    }
    return values;
  }

  private static ActivationHistogram histogram(float... values) {
    ActivationHistogram histogram = new ActivationHistogram();
    histogram.add(values);
    return histogram;
  }

  /** Mean squared error of rounding to the 256 codes of a range, its zero point rounded. */
  private static double error(float[] values, double low, double high) {
    double scale = (high - low) / 255;
    double zeroPoint = Math.rint(-low / scale);
    double sum = 0;
    for (float value : values) {
      double code = Math.max(0, Math.min(255, Math.rint(value / scale) + zeroPoint));
      double difference = value - (code - zeroPoint) * scale;
      sum += difference * difference;
    }
    return sum / values.length;
  }

  private static double leastError(float[] values) {
    double least = 0;
    double most = 0;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double best = Double.POSITIVE_INFINITY;
    for (int i = 1; i <= ENDS; i++) {
      for (int j = 1; j <= ENDS; j++) {
        best = Math.min(best, error(values, least * i / ENDS, most * j / ENDS));
      }
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "normal",
        "relu",
        "sparse",
        "mostly zero",
        "laplace",
        "one-sided laplace",
        "outliers",
        "shifted",
        "uniform",
        "skewed",
        "negative only",
        "tiny",
        "huge"
      })
  void mseIsNearTheBestPairOfEnds(String kind) {
    float[] values = values(kind);
    Range range = new MseRange().range(histogram(values));
    Range covering = new MinMaxRange().range(histogram(values));
    double found = error(values, range.low(), range.high());

    assertThat(found).isLessThanOrEqualTo(1.06 * leastError(values));
    assertThat(found).isLessThanOrEqualTo(1.02 * error(values, covering.low(), covering.high()));
  }

  @Test
  void minMaxCoversAllValuesAndZero() {
    assertThat(new MinMaxRange().range(histogram(-1, 4))).isEqualTo(new Range(-1, 4));
    assertThat(new MinMaxRange().range(histogram(2, 4))).isEqualTo(new Range(0, 4));
    assertThat(new MinMaxRange().range(histogram(-2, -4))).isEqualTo(new Range(-4, 0));
  }

  @ParameterizedTest
  @CsvSource({"5, 0, 5", "-3, -3, 0", "0, 0, 0", "1e-44, 0, 1e-44", "3e38, 0, 3e38"})
  void aConstantTensorKeepsItsValue(float constant, float low, float high) {
    ActivationHistogram histogram = histogram(constant, constant, constant);
    for (RangeMethod method : RangeMethods.all()) {
      assertThat(method.range(histogram)).as(method.name()).isEqualTo(new Range(low, high));
    }
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThat(RangeMethods.named("mse").name()).isEqualTo("mse");
    assertThatThrownBy(() -> RangeMethods.named("entropies"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entropies");
  }
}
