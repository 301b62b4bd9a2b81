package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgreementTest {
  @TempDir Path folder;

  @Test
  void predictionsAndDistancesAreCounted() {
    List<Map<String, Tensor>> here = List.of(row(3, 4, 0), row(0, 0, 5));
    List<Map<String, Tensor>> there = List.of(row(4, 3, 0), row(0, 0, 5));
    Agreement agreement = Agreement.of(here, there);
    assertThat(agreement.samples()).isEqualTo(2);
    assertThat(agreement.samePrediction()).isEqualTo(1);
    assertThat(agreement.identical()).isEqualTo(1);
    // The difference is (-1, 1, 0), the answer has length 5.
    assertThat(agreement.worstDistance()).isCloseTo(Math.sqrt(2) / 5, within(1e-9));
    assertThat(agreement.meanDistance()).isCloseTo(Math.sqrt(2) / 10, within(1e-9));
  }

  @Test
  void missingAnswersAreRefused() {
    assertThatThrownBy(() -> Agreement.of(List.of(row(1)), List.of()))
        .hasMessageContaining("1 answers here, 0 there");
  }

  @Test
  void tensorsSurviveTheFile() throws IOException {
    Path file = folder.resolve("tensors");
    Tensor.Longs tokens = new Tensor.Longs(new long[] {7, -1}, new long[] {1, 2});
    TensorFile.write(file, List.of(Map.of("a", tokens), row(1.5f, -2)));
    List<Map<String, Tensor>> read = TensorFile.read(file);
    assertThat(((Tensor.Longs) read.get(0).get("a")).values()).containsExactly(7, -1);
    assertThat(read.get(0).get("a").shape()).containsExactly(1, 2);
    assertThat(((Tensor.Floats) read.get(1).get("y")).values()).containsExactly(1.5f, -2);
  }

  private static Map<String, Tensor> row(float... values) {
    return Map.of("y", new Tensor.Floats(values, new long[] {1, values.length}));
  }
}
