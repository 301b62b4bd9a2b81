package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClaimTest {
  private static Claim claim(
      double claimed, double drift, @Nullable Double underLoad, boolean samePlan) {
    return new Claim(
        "net",
        "1%",
        "p1",
        claimed,
        List.of(0.40, 0.50, 0.51),
        drift,
        List.of(),
        underLoad,
        samePlan);
  }

  @Test
  void theMedianProcessDecides() {
    assertThat(claim(0.52, 0, null, false).off()).isEqualTo(0.04, within(1e-12));
    assertThat(claim(0.52, 0, null, false).ratioHolds()).isTrue();
    assertThat(claim(0.54, 0, null, false).ratioHolds()).isFalse();
  }

  @Test
  void whatTheUniformPlanDriftsIsAllowedTwice() {
    assertThat(claim(0.54, 0.039, null, false).ratioHolds()).isFalse();
    assertThat(claim(0.54, 0.041, null, false).ratioHolds()).isTrue();
  }

  @Test
  void loadMayChangeThePlanOrItsRatioALittle() {
    assertThat(claim(0.5, 0, null, false).standsLoad()).isTrue();
    assertThat(claim(0.5, 0, 0.9, true).standsLoad()).isTrue();
    assertThat(claim(0.5, 0, 0.52, false).standsLoad()).isTrue();
    assertThat(claim(0.5, 0, 0.53, false).standsLoad()).isFalse();
  }

  @Test
  void whatFailsStandsOutInItsRow() {
    assertThat(claim(0.54, 0, 0.6, false).row())
        .startsWith("| net | 1% | p1 | 0.540 | 0.500 | 8.0 % |")
        .contains("**no**")
        .contains("another plan, 0.600 **no**");
  }
}
