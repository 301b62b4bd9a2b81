package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest
  @CsvSource({"0.00761, 0.77", "0.0076, 0.76", "0.07, 7.00", "0.0, 0.00", "0.00901, 0.91"})
  void aBoundIsNeverShownSmallerThanItIs(double fraction, String shown) {
    assertThat(Figures.bound(fraction)).isEqualTo(shown);
  }
}
