package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.UserException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @Test
  void unitsAreRead() {
    assertThat(Quantities.duration("--budget", "90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Quantities.duration("--budget", "10m")).isEqualTo(Duration.ofMinutes(10));
    assertThat(Quantities.duration("--budget", "1.5h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Quantities.bytes("--max-size", "1MB")).isEqualTo(1_000_000);
    assertThat(Quantities.bytes("--max-size", "1MiB")).isEqualTo(1_048_576);
    assertThat(Quantities.bytes("--max-size", "800kB")).isEqualTo(800_000);
    assertThat(Quantities.millis("--max-latency", "5ms")).isEqualTo(5);
    assertThat(Quantities.millis("--max-latency", "800us")).isEqualTo(0.8, within(1e-12));
    assertThat(Quantities.confidence("95%")).isEqualTo(0.95, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "-1m", "0s", "abc", "10 parsecs", "1e99h"})
  void aTimeWithoutSenseIsRefused(String text) {
    assertThatThrownBy(() -> Quantities.duration("--budget", text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--budget '" + text + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"95", "100%", "0%", "49%", "50%", "x%"})
  void aConfidenceWithoutSenseIsRefused(String text) {
    assertThatThrownBy(() -> Quantities.confidence(text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--confidence '" + text + "'");
  }
}
