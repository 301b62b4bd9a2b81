package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
  @Test
  void onlyWhatAShellWouldChangeIsQuoted() {
    assertThat(ShellWords.join(List.of("--max-drop=1%", "--keep=(a|b) c=8", "--exclude=it's", "")))
        .isEqualTo("--max-drop=1% '--keep=(a|b) c=8' '--exclude=it'\\''s' ''");
  }
}
