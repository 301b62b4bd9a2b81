package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void readsEveryOption() {
    Options options =
        Options.parse(
            "--data", "d", "--out", "o", "--seed", "7", "--epochs", "2", "--threads", "3");

    assertThat(options).isEqualTo(new Options(Path.of("d"), Path.of("o"), 7, 2, 3));
  }

  @Test
  void namesWhatIsWrong() {
    assertThatThrownBy(() -> Options.parse("--speed", "1")).hasMessageContaining("--speed");
    assertThatThrownBy(() -> Options.parse("--seed")).hasMessageContaining("missing");
    assertThatThrownBy(() -> Options.parse("--epochs", "many")).hasMessageContaining("many");
    assertThatThrownBy(() -> Options.parse("--epochs", "0")).hasMessageContaining("1 or more");
  }
}
