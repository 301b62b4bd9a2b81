package dev.mixtune.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtNativesTest {
  @TempDir private Path temp;

  private Path made(String name) {
    try {
      return Files.createDirectory(temp.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theFolderInWhichNothingWasUnpackedGoes() {
    Path earlier = made("onnxruntime-java1");
    Path mine = OrtNatives.started(temp, () -> made("onnxruntime-java2"));

    assertThat(mine).doesNotExist();
    assertThat(earlier).exists();
  }

  @Test
  void librariesStay() {
    Path mine =
        OrtNatives.started(
            temp,
            () -> {
              Path folder = made("onnxruntime-java1");
              made("onnxruntime-java1/library");
              return folder;
            });

    assertThat(mine).exists();
  }

  @Test
  void whatMayBeAnothersStays() {
    Path mine =
        OrtNatives.started(
            temp,
            () -> {
              made("onnxruntime-java1");
              return made("onnxruntime-java2");
            });

    assertThat(mine).exists();
    assertThat(temp.resolve("onnxruntime-java1")).exists();
  }
}
