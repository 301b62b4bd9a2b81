package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EqualBitsTest {
  @TempDir static Path folder;

  @Test
  void comparesPlansOfEqualWidth() throws IOException {
    Path out = folder.resolve("out.json");
    Tune tune =
        Tune.run(
            "bench",
            "equal-bits",
            "--task",
            SmallExample.task(folder).toString(),
            "--images",
            "32",
            "--unseen",
            "64",
            "--evaluations",
            "50",
            "--direct",
            "12",
            "--json",
            out.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    JsonNode root = new ObjectMapper().readTree(Files.readString(out));
    assertThat(root.path("samples").asInt()).isEqualTo(32);
    assertThat(root.path("unseen").asInt()).isEqualTo(64);
    assertThat(root.path("limits").findValues("bits").stream().map(JsonNode::asDouble))
        .containsExactly(2.5, 3.5, 4.5, 6.0);
    for (JsonNode limit : root.path("limits")) {
      JsonNode isolated = limit.path("found").path(0);
      JsonNode ours = limit.path("found").path(2);
      JsonNode confirmed = limit.path("found").path(3);
      JsonNode direct = limit.path("found").path(4);
      assertThat(isolated.path("by").asText()).isEqualTo("knapsack, isolated");
      for (JsonNode found : limit.path("found")) {
        assertThat(found.path("averageBits").asDouble())
            .isBetween(2.0, limit.path("bits").asDouble());
        assertThat(found.path("storedBits").asDouble())
            .as("scales come on top")
            .isGreaterThan(found.path("averageBits").asDouble());
        assertThat(found.path("unseenKl").asDouble()).isPositive();
      }
      // Both begin with the knapsack's plan and keep the best that they saw.
      double first = isolated.path("searchKl").asDouble();
      assertThat(ours.path("searchKl").asDouble()).isLessThanOrEqualTo(first);
      assertThat(direct.path("searchKl").asDouble()).isLessThanOrEqualTo(first);
      // What further samples do not confirm is not taken.
      assertThat(confirmed.path("by").asText()).isEqualTo("Mixtune, confirmed");
      assertThat(confirmed.path("key").asText())
          .isIn(ours.path("key").asText(), isolated.path("key").asText());
      assertThat(ours.path("evaluations").asInt()).isLessThanOrEqualTo(50);
      assertThat(direct.path("evaluations").asInt()).isLessThanOrEqualTo(12);
    }
    assertThat(tune.out()).contains("plans isolated", "rank correlation");
  }

  @Test
  void refusesSamplesThatAreTooFewToConfirmAnything() {
    Tune tune =
        Tune.run(
            "bench", "equal-bits", "--task", SmallExample.task(folder).toString(), "--images", "5");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("--images 5", "at least 10");
  }

  @Test
  void refusesValuesOutOfRange() {
    Tune tune = Tune.run("bench", "equal-bits", "--direct", "0");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("--direct 0");
    Tune nowhere = Tune.run("bench", "equal-bits", "--json", "nowhere/out.json");
    assertThat(nowhere.err()).contains("nowhere");
  }
}
