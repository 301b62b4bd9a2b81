package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.fitting.FittingProgress;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** A fit of ten ranges and ten layers, whose layers each take the same time. */
class RoundingPaceTest {
  private double spent;
  private final RoundingPace pace = new RoundingPace(() -> spent, FittingProgress.silent());

  private void ranges(double each) {
    for (int range = 1; range <= 10; range++) {
      spent += each;
      pace.done(range, 20, "range" + range);
    }
  }

  private void layers(double each) {
    for (int layer = 11; layer <= 20; layer++) {
      spent += each;
      pace.done(layer, 20, "layer" + layer);
    }
  }

  @Test
  void whatFitsGoesOnToItsEnd() {
    ranges(0.03);
    layers(0.049);
    assertThat(spent).isGreaterThan(0.78);
  }

  @Test
  void rangesMayTakeAllOfTheirPart() {
    ranges(0.079);
    assertThatThrownBy(() -> layers(0.2))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("the time is spent at layer11");
  }

  /** Ten layers of 0.2 would take 2, more than twice 0.8: known with the second one. */
  @Test
  void whatIsHopelessEndsWithTheSecondLayer() {
    assertThatThrownBy(() -> layers(0.2))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("layer12");
    assertThat(spent).isEqualTo(0.4);
  }

  /** Ten layers of 0.11 would take 1.1, a third too long: believed when half of 0.8 is spent. */
  @Test
  void whatIsALittleTooSlowIsBelievedHalfWay() {
    assertThatThrownBy(() -> layers(0.11))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("layer14");
  }
}
