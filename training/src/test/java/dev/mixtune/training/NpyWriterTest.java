package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyWriterTest {
  @TempDir Path folder;

  /** The expected bytes are those of numpy.save for the same array. */
  @Test
  void writesWhatNumpyWrites() throws IOException {
    Path file = folder.resolve("labels.npy");

    NpyWriter.writeLongs(file, new long[] {3, -1}, 2);

    byte[] bytes = Files.readAllBytes(file);
    assertThat(Arrays.copyOf(bytes, 10))
        .containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0x76, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .isEqualTo(
            "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }" + " ".repeat(60) + "\n");
    ByteBuffer values = ByteBuffer.wrap(bytes, 128, 16).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(values.getLong()).isEqualTo(3);
    assertThat(values.getLong()).isEqualTo(-1);
    assertThat(bytes).hasSize(144);
  }

  @Test
  void compressesWithoutATimeStamp() throws IOException {
    Path file = folder.resolve("images.npy.gz");
    byte[] pixels = {0, 1, (byte) 255, 4, 5, 6};

    NpyWriter.writeBytes(file, pixels, 1, 2, 3);

    byte[] compressed = Files.readAllBytes(file);
    assertThat(Arrays.copyOfRange(compressed, 4, 8)).containsOnly(0);
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes();
    assertThat(new String(plain, 10, 60, StandardCharsets.US_ASCII))
        .startsWith(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 3), }".substring(0, 60));
    assertThat(Arrays.copyOfRange(plain, 128, plain.length)).isEqualTo(pixels);
  }
}
