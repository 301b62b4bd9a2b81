package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OneCycleTest {
  private final OneCycle cycle = new OneCycle(0.4f, 10, 110);

  @Test
  void risesThenFallsToZero() {
    assertThat(cycle.getNewValue(0)).isCloseTo(0.04f, within(1e-6f));
    assertThat(cycle.getNewValue(9)).isCloseTo(0.4f, within(1e-6f));
    assertThat(cycle.getNewValue(60)).isCloseTo(0.2f, within(1e-6f));
    assertThat(cycle.getNewValue(110)).isCloseTo(0f, within(1e-6f));
  }
}
