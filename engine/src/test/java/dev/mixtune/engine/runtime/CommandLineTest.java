package dev.mixtune.engine.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @TempDir Path temp;

  @Test
  void aLongCommandLineIsRefusedBeforeItCrashesTheRuntime() throws IOException {
    Path file = Files.write(temp.resolve("cmdline"), new byte[5000]);

    assertThatThrownBy(() -> OrtNatives.requireShortCommandLine(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("5000 bytes")
        .hasMessageContaining("CLASSPATH");
  }

  @Test
  void aUsualOneIsFineAndSoIsASystemThatDoesNotTell() throws IOException {
    Path file = Files.write(temp.resolve("cmdline"), new byte[300]);

    assertThatCode(() -> OrtNatives.requireShortCommandLine(file)).doesNotThrowAnyException();
    assertThatCode(() -> OrtNatives.requireShortCommandLine(temp.resolve("nix")))
        .doesNotThrowAnyException();
  }
}
