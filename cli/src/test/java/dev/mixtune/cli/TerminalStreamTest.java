package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A layer's name must not move the cursor, ring the bell or rename the window. */
class TerminalStreamTest {
  private static String shown(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(new TerminalStream(out), true, StandardCharsets.UTF_8);
    stream.print(text);
    stream.flush();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void controlCharactersBecomeQuestionMarks() {
    assertThat(shown("conv\u001b[2J\u0007\u007f\u0000.weight")).isEqualTo("conv?[2J???.weight");
    assertThat(shown("a\u009b31m\u0080")).doesNotContain("\u009b", "\u0080").startsWith("a");
  }

  @Test
  void everythingElsePasses() {
    String text = "10 \u00b1 2 \u00b5s, \u5c42 \ud83d\ude00\tx\r\n";
    assertThat(shown(text)).isEqualTo(text);
  }
}
