package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CandidatesTest {
  /** A heap of 2 GiB, which Java takes of 8 GiB by itself, and that of a small board. */
  @Test
  void modelsThatWaitToBeScoredTakeAnEighthOfTheHeap() {
    assertThat(Candidates.mostLoweredBytes(2L << 30)).isEqualTo(256L << 20);
    assertThat(Candidates.mostLoweredBytes(256L << 20)).isEqualTo(32L << 20);
  }
}
