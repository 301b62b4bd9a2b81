package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorBenchTest {
  @TempDir Path temp;

  @Test
  void floatAndTwoWidthsAreTimed() throws IOException {
    Tune tune = Tune.run("bench", "evaluator", "--task", SmallTask.in(temp).toString());

    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out().lines().skip(2).map(line -> line.split(" +")[0]))
        .containsExactly("float", "W8", "W4");
    for (String line : tune.out().lines().skip(2).toList()) {
      assertThat(Double.parseDouble(line.split(" +")[1])).isPositive();
    }
  }
}
