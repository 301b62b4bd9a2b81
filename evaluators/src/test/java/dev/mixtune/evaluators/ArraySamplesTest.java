package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArraySamplesTest {
  @TempDir Path folder;

  private static InputSpec spec(Layout layout, Long... shape) {
    return InputSpec.of(new Session.Port("x", "FLOAT", List.of(shape)), layout);
  }

  private ArraySamples open(Path file, InputSpec spec, Scaling scaling) {
    return ArraySamples.open(NpyFile.open(file, "source"), spec, scaling, "source " + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.npy", "a.npy.gz"})
  void pixelsAreScaledAndMovedToTheModelsLayout(String name) {
    Path file = Npy.write(folder.resolve(name), "|u1", "(2, 2, 3, 3)", Npy.counting(36));
    Scaling scaling = new Scaling.Given(List.of(1.0, 2.0, 3.0), List.of(2.0, 4.0, 0.5));
    try (ArraySamples nchw = open(file, spec(Layout.NCHW, -1L, 3L, 2L, 3L), scaling);
        ArraySamples nhwc = open(file, spec(Layout.NHWC, 4L, 2L, 3L, 3L), scaling)) {
      Tensor.Floats first = nchw.batch(new int[] {1, 0});
      Tensor.Floats last = nhwc.batch(new int[] {1, 0});
      assertThat(first.shape()).containsExactly(2, 3, 2, 3);
      assertThat(last.shape()).containsExactly(2, 2, 3, 3);
      float[] mean = {1, 2, 3};
      float[] std = {2, 4, 0.5f};
      for (int n = 0; n < 2; n++) {
        for (int y = 0; y < 2; y++) {
          for (int x = 0; x < 3; x++) {
            for (int c = 0; c < 3; c++) {
              int stored = (((1 - n) * 2 + y) * 3 + x) * 3 + c;
              float expected = (stored - mean[c]) / std[c];
              assertThat(first.values()[((n * 3 + c) * 2 + y) * 3 + x]).isEqualTo(expected);
              assertThat(last.values()[((n * 2 + y) * 3 + x) * 3 + c]).isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  @Test
  void signedBytesKeepTheirSign() {
    Path file = Npy.write(folder.resolve("a.npy"), "|i1", "(1, 1, 2)", new byte[] {-128, 127});
    try (ArraySamples samples =
        open(
            file,
            spec(null, -1L, 1L, 1L, 2L),
            new Scaling.Given(List.of(-128.0), List.of(255.0)))) {
      assertThat(samples.batch(new int[] {0}).values()).containsExactly(0, 1);
    }
  }

  @Test
  void floatsAreTheModelsInputAsTheyAre() {
    float[] values = {1.5f, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    Path file = Npy.write(folder.resolve("a.npy"), "<f4", "(1, 3, 2, 2)", Npy.floats(values));
    try (ArraySamples samples = open(file, spec(null, 1L, 3L, 2L, 2L), new Scaling.None())) {
      assertThat(samples.batch(new int[] {0}).values()).containsExactly(values);
    }
  }

  @Test
  void floatPicturesAreMovedLikeOthers() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Path file = Npy.write(folder.resolve("a.npy"), "<f4", "(1, 1, 2, 3)", Npy.floats(values));
    try (ArraySamples samples = open(file, spec(Layout.NCHW, 1L, 3L, 1L, 2L), new Scaling.None())) {
      assertThat(samples.batch(new int[] {0}).values()).containsExactly(1, 4, 2, 5, 3, 6);
    }
  }

  @Test
  void featureVectorsHaveNoLayout() {
    Path file = Npy.write(folder.resolve("a.npy"), "<f4", "(2, 3)", Npy.floats(1, 2, 3, 4, 5, 6));
    try (ArraySamples samples =
        open(file, spec(null, -1L, 3L), new Scaling.Given(List.of(1.0), List.of(2.0)))) {
      assertThat(samples.batch(new int[] {1}).values()).containsExactly(1.5f, 2, 2.5f);
    }
  }

  @Test
  void sizesThatDoNotFitAreNamed() {
    Path file = Npy.write(folder.resolve("a.npy"), "|u1", "(1, 28, 28)", new byte[784]);
    assertThatThrownBy(() -> open(file, spec(Layout.NCHW, -1L, 3L, 32L, 32L), new Scaling.None()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("samples of 28x28")
        .hasMessageContaining("wants 3x32x32 (NCHW)");
    Path colour = Npy.write(folder.resolve("c.npy"), "|u1", "(1, 1, 1, 3)", new byte[3]);
    Scaling two = new Scaling.Given(List.of(1.0, 2.0), List.of(1.0, 1.0));
    assertThatThrownBy(() -> open(colour, spec(Layout.NCHW, -1L, 3L, 1L, 1L), two))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("3 channels");
    Path tokens = Npy.write(folder.resolve("t.npy"), "<i8", "(1, 2)", Npy.longs(1, 2));
    assertThatThrownBy(() -> open(tokens, spec(null, -1L, 2L), new Scaling.None()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("int64");
  }

  @Test
  void equalSamplesHaveEqualHashes() {
    byte[] payload = {1, 2, 3, 4, 1, 2};
    Path file = Npy.write(folder.resolve("a.npy"), "|u1", "(3, 2)", payload);
    try (ArraySamples samples = open(file, spec(null, -1L, 2L), new Scaling.None())) {
      assertThat(samples.hash(0)).isEqualTo(samples.hash(2)).isNotEqualTo(samples.hash(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void allFormatVersionsAreRead(int version) throws IOException {
    byte[] bytes = Npy.bytes(version, Npy.header("<i8", "(3,)"), Npy.longs(7, 0, 2));
    Path file = Files.write(folder.resolve("labels.npy"), bytes);
    Labels labels = Labels.read(file, "labels", false);
    assertThat(labels).isEqualTo(Labels.of(new int[] {7, 0, 2}, "test"));
    labels.checkRange(8);
    assertThatThrownBy(() -> labels.checkRange(7))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("position 0 is 7")
        .hasMessageContaining("0 to 6");
    assertThatThrownBy(() -> labels.checkLength(4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("3 labels for 4 samples");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'descr': '>i8', 'fortran_order': False, 'shape': (1,)}|'>i8'",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}|'<f8'",
        "{'descr': '<i8', 'fortran_order': True, 'shape': (1,)}|Fortran",
        "{'descr': '<i8', 'fortran_order': False, 'shape': ()}|no samples",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (0,)}|no samples",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}|truncated",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (4611686018427387904,)}|impossible",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,)}|impossible",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (-1,)}|'shape'",
        "{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (1,)}|'descr'",
        "nonsense|'descr'",
      })
  void damagedArraysAreRefused(String header, String named) throws IOException {
    Path file = Files.write(folder.resolve("a.npy"), Npy.bytes(1, header, Npy.longs(1)));
    assertThatThrownBy(() -> Labels.read(file, "labels", false))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("labels " + file)
        .hasMessageContaining(named);
  }

  @Test
  void hostileBytesAreRefused() throws IOException {
    byte[] good = Npy.bytes(2, Npy.header("<i8", "(1,)"), Npy.longs(1));
    byte[] hugeHeader = good.clone();
    Arrays.fill(hugeHeader, 8, 12, (byte) 0xff);
    byte[] cutHeader = Arrays.copyOf(good, 30);
    byte[] newVersion = good.clone();
    newVersion[6] = 9;
    for (byte[] bytes :
        List.of(new byte[0], "PK".getBytes("US-ASCII"), hugeHeader, cutHeader, newVersion)) {
      Path file = Files.write(folder.resolve("a.npy"), bytes);
      assertThatThrownBy(() -> NpyFile.open(file, "labels")).isInstanceOf(UserException.class);
      Path packed = Files.write(folder.resolve("a.npy.gz"), bytes);
      assertThatThrownBy(() -> NpyFile.open(packed, "labels")).isInstanceOf(UserException.class);
    }
  }

  @Test
  void packedArraysThatWouldFillTheMemoryAreRefusedUnread() {
    Path file = Npy.write(folder.resolve("a.npy.gz"), "<i8", "(1000000000,)", Npy.longs(1));
    assertThatThrownBy(() -> NpyFile.open(file, "labels"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("gunzip");
    Path cut = Npy.write(folder.resolve("b.npy.gz"), "<i8", "(1000,)", Npy.longs(1));
    assertThatThrownBy(() -> NpyFile.open(cut, "labels"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("truncated");
  }
}
