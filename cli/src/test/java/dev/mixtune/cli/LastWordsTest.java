package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastWordsTest {
  private static String of(String text) {
    LastWords words = new LastWords();
    text.lines().forEach(words::hear);
    return words.words();
  }

  @Test
  void aStackTraceIsToldByItsHead() {
    assertThat(
            of(
                """
                epoch 1
                Exception in thread "main" java.lang.IllegalStateException: no score
                \tat a.B.c(B.java:3)
                Caused by: java.io.IOException: x
                \t... 12 more
                """))
        .endsWith("IllegalStateException: no score");
  }

  @Test
  void aBuildThatFailedIsToldByItsFirstError() {
    assertThat(of("[ERROR] no such class\n[ERROR] more\n[ERROR] \n[ERROR] [Help 1] http://x\n"))
        .isEqualTo("[ERROR] no such class");
  }

  @Test
  void aSentenceAtTheEndIsTheReason() {
    assertThat(of("[ERROR] no such class\n[ERROR] [Help 1] x\nIt could not be built: disk full\n"))
        .isEqualTo("It could not be built: disk full");
    assertThat(of("")).isEmpty();
  }
}
