package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchStepTest {
  @ParameterizedTest
  @CsvSource({"4000, 100, 10", "4399, 100, 10", "399, 100, 0", "0, 1, 0", "99999999999, 1, MAX"})
  void filesTakeAQuarterOfTheFreeSpace(long free, long file, String files) {
    assertThat(SearchStep.filesThatFit(free, file))
        .isEqualTo(files.equals("MAX") ? Integer.MAX_VALUE : Integer.parseInt(files));
  }
}
