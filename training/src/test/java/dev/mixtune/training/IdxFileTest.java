package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  @TempDir Path folder;

  @Test
  void readsShapeAndUnsignedBytes() throws IOException {
    Path file = gzip(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

    IdxFile idx = IdxFile.read(file, 2);

    assertThat(idx.shape()).isEqualTo(List.of(2, 3));
    assertThat(idx.values()).containsExactly(1, 2, 3, 4, 5, -1);
  }

  @Test
  void refusesAnotherRank() throws IOException {
    Path file = gzip(0, 0, 8, 1, 0, 0, 0, 1, 7);

    assertThatThrownBy(() -> IdxFile.read(file, 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("0x00000801");
  }

  @Test
  void refusesFloats() throws IOException {
    Path file = gzip(0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0);

    assertThatThrownBy(() -> IdxFile.read(file, 1)).hasMessageContaining("0x00000d01");
  }

  @Test
  void refusesMissingAndSurplusValues() throws IOException {
    Path few = gzip(0, 0, 8, 1, 0, 0, 0, 3, 1, 2);
    assertThatThrownBy(() -> IdxFile.read(few, 1)).hasMessageContaining("only 2");

    Path many = gzip(0, 0, 8, 1, 0, 0, 0, 1, 1, 2);
    assertThatThrownBy(() -> IdxFile.read(many, 1)).hasMessageContaining("more");
  }

  @Test
  void refusesACutHeader() throws IOException {
    Path file = gzip(0, 0, 8, 2, 0, 0);

    assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("ends too early");
  }

  private Path gzip(int... bytes) throws IOException {
    Path file = folder.resolve("array-idx.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (int value : bytes) {
        out.write(value);
      }
    }
    return file;
  }
}
