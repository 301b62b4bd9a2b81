package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaxDropTest {

  @ParameterizedTest
  @CsvSource({"1%, 0.01, false", "0.5 %, 0.005, false", ".25%,0.0025,false", "1%rel, 0.01, true"})
  void percentBecomesAFraction(String text, double fraction, boolean relative) {
    MaxDrop limit = MaxDrop.parse(text);

    assertThat(limit.fraction()).isEqualTo(fraction, within(1e-15));
    assertThat(limit.relative()).isEqualTo(relative);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0%", "-1%", "abc", "200%", "100%", "1", "", "NaN%", "1e9%", "1%x"})
  void anythingElseIsRefusedByName(String text) {
    assertThatThrownBy(() -> MaxDrop.parse(text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--max-drop '" + text + "'");
  }

  @Test
  void onePointOfTheMetricIsNotOnePercentOfIt() {
    assertThat(MaxDrop.parse("1%").absolute(0.5)).isEqualTo(0.01, within(1e-15));
    assertThat(MaxDrop.parse("1%rel").absolute(0.5)).isEqualTo(0.005, within(1e-15));
  }

  @Test
  void isShownAsItWasTyped() {
    assertThat(MaxDrop.parse("1%")).hasToString("1%");
    assertThat(MaxDrop.parse("0.50%rel")).hasToString("0.5%rel");
  }
}
