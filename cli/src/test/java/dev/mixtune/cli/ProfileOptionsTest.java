package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ProfileOptionsTest {
  private static ProfileOptions parsed(String line) {
    ProfileOptions options = new ProfileOptions();
    CommandLine.populateCommand(options, line.split(" "));
    return options;
  }

  @Test
  void measuringEndsWithinThreeMinutesOrAnHour() {
    assertThat(parsed("--out a.json --quick").time()).isLessThan(Duration.ofMinutes(3));
    assertThat(parsed("--out a.json").time()).isLessThan(Duration.ofMinutes(60));
    assertThat(parsed("--out a.json --budget 5m").time()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void theFileNamesTheProfile() {
    assertThat(parsed("--out some/my-board.json").profileName()).isEqualTo("my-board");
    assertThat(parsed("--out a.json --name board").profileName()).isEqualTo("board");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--quick | there is no --out",
        "--out a.json --quick --budget 5m | --quick and --budget exclude each other",
        "--out a.json --bundle b --import c | --bundle and --import exclude each other",
        "--out a.json --threads 0 | --threads is 0",
      })
  void refusesWhatDoesNotBelongTogether(String line, String complaint) {
    assertThatThrownBy(() -> parsed(line).check())
        .isInstanceOf(UserException.class)
        .hasMessageContaining(complaint);
  }
}
