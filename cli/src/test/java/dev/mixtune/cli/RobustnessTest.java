package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.PairedScore;
import org.junit.jupiter.api.Test;

class RobustnessTest {
  @Test
  void theSentenceHasBothScoresAndTheInterval() {
    PairedScore score = new PairedScore(2000, 0.90, 0.88, 0.01, 0.03, 1760, 60, 20);
    assertThat(Robustness.sentence("dark", score))
        .isEqualTo(
            "On 'dark' (2000 samples) float reaches 90.00 %, the chosen file 88.00 %: a drop of"
                + " 2.00 points (1.00 to 3.00).");
  }
}
