package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeTest {
  @TempDir Path temp;

  @Test
  void roundingMethodsAreComparedOnTheScreenAndInAFile() throws IOException {
    Path out = temp.resolve("analysis");
    String task = SmallTask.in(temp).toString();
    Tune tune = Tune.run("analyze", "--task", task, "--bits", "8", "--out", out.toString());

    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out())
        .contains("runner-up", "whole network at W4", "activation ranges: ", "w8a8 KL");
    JsonNode rounding = new ObjectMapper().readTree(out.resolve("rounding.json").toFile());
    assertThat(tune.out()).contains(rounding.get("ranges").get("common").asText());
    int layers = 0;
    for (JsonNode entry : rounding.get("layers")) {
      assertThat(tune.out()).contains(entry.get("name").asText());
      layers += entry.get("bits").asInt() == 4 ? 1 : 0;
    }
    JsonNode sensitivity = new ObjectMapper().readTree(out.resolve("sensitivity.json").toFile());
    assertThat(sensitivity.get("entries").size()).isEqualTo(layers);
  }
}
