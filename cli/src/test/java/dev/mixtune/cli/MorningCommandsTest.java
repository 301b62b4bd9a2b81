package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one does with a finished study: ask why, and compare it with another. */
class MorningCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private static Path first;
  private static Path second;
  private static Tune explained;

  @BeforeAll
  static void twoStudies() throws IOException {
    Path task = SmallTask.in(temp);
    first = study(task, "long", "40");
    second = UndisturbedStudy.get().folder();
    explained = Tune.run("explain", first.toString(), "--measure", "2");
  }

  private static Path study(Path task, String name, String evaluations) {
    Path folder = temp.resolve(name);
    Tune run =
        Tune.run(
            "--task",
            task.toString(),
            "--target",
            "pixel8",
            "--max-drop",
            "5%",
            "--max-evaluations",
            evaluations,
            "--out",
            folder.toString());
    assertThat(run.err()).isEmpty();
    return folder;
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(Files.readString(file));
  }

  private static JsonNode chosen(Path study) throws IOException {
    for (JsonNode point : json(study.resolve("frontier.json")).get("points")) {
      if (point.get("chosen").asBoolean()) {
        return point;
      }
    }
    throw new AssertionError("no chosen point");
  }

  @Test
  void everyLayerHasAReasonAndItsNeighbours() throws IOException {
    assertThat(explained.err()).isEmpty();
    assertThat(explained.exitCode()).isEqualTo(ExitCodes.DONE);
    JsonNode explanation = json(first.resolve("explain.json"));
    JsonNode chosen = chosen(first);
    assertThat(explanation.get("pointId")).isEqualTo(chosen.get("id"));
    int layer = 0;
    for (JsonNode story : explanation.get("layers")) {
      assertThat(story.get("bits")).isEqualTo(chosen.get("bits").get(layer));
      assertThat(story.get("reason").asText()).isNotBlank();
      assertThat(explained.out()).contains(story.get("names").get(0).asText() + " has ");
      for (String side : List.of("down", "up")) {
        JsonNode step = story.get(side);
        if (!step.isNull()) {
          assertThat(step.get("bits").asInt() < story.get("bits").asInt())
              .isEqualTo(side.equals("down"));
          assertThat(step.get("planId").asText())
              .isEqualTo(stepped(chosen, layer, step.get("scheme").asText()).id());
        }
      }
      layer++;
    }
    assertThat(layer).isEqualTo(12);
  }

  private static Plan stepped(JsonNode chosen, int layer, String scheme) {
    List<Scheme> schemes = new ArrayList<>();
    chosen.get("schemes").forEach(id -> schemes.add(Scheme.ofId(id.asText())));
    schemes.set(layer, Scheme.ofId(scheme));
    return new Plan(schemes);
  }

  @Test
  void stepsThatTheSearchTookAreGivenAsItMeasuredThem() throws IOException {
    int searched = 0;
    int now = 0;
    try (StudyReader reader = StudyReader.open(first.resolve("study.db"))) {
      JsonNode chosen = chosen(first);
      Evaluation base =
          reader.find(stepped(chosen, 0, chosen.get("schemes").get(0).asText())).get();
      int layer = 0;
      for (JsonNode story : json(first.resolve("explain.json")).get("layers")) {
        for (String side : List.of("down", "up")) {
          JsonNode step = story.get(side);
          if (step.path("source").asText().equals("search")) {
            Evaluation there =
                reader.find(stepped(chosen, layer, step.get("scheme").asText())).orElseThrow();
            assertThat(step.get("measured").get("drop").asDouble())
                .isCloseTo(there.score().drop() - base.score().drop(), within(1e-12));
            assertThat(step.get("measured").get("sizeBytes").asLong())
                .isEqualTo(there.sizeBytes() - base.sizeBytes());
            searched++;
          }
          now += step.path("source").asText().equals("now") ? 1 : 0;
        }
        layer++;
      }
    }
    assertThat(now).isEqualTo(2);
    assertThat(searched + now).isPositive();
  }

  @Test
  void withoutMeasuringTheStudysFilesAreEnough() throws IOException {
    Path copy = Files.createDirectories(temp.resolve("copy"));
    for (String name : List.of("study.db", "frontier.json")) {
      Files.copy(first.resolve(name), copy.resolve(name));
    }
    Tune run = Tune.run("explain", copy.toString(), "--measure", "0");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(run.out()).contains("predicted").doesNotContain("measured now");
  }

  @Test
  void theSameSamplesArePaired() throws IOException {
    Path out = temp.resolve("compared");
    Tune run = Tune.run("compare", first.toString(), second.toString(), "--out", out.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.DONE);
    JsonNode comparison = json(out.resolve("compare.json"));
    assertThat(json(first.resolve("splits.json"))).isEqualTo(json(second.resolve("splits.json")));
    for (JsonNode row : comparison.get("rows")) {
      assertThat(row.get("drop").get("paired").asBoolean()).isTrue();
    }
    assertThat(comparison.get("rows").get(0).get("firstId")).isEqualTo(chosen(first).get("id"));
    assertThat(comparison.get("rows").get(0).get("secondId")).isEqualTo(chosen(second).get("id"));
    assertThat(run.out()).contains("uniform-8").contains("Hypervolume").contains("beaten");
    assertThat(out.resolve("compare.png")).isNotEmptyFile();
    assertThat(out.resolve("compare.svg")).isNotEmptyFile();
  }

  @Test
  void wrongFoldersAreNamed() {
    Path nowhere = temp.resolve("nowhere");
    for (Tune run :
        List.of(
            Tune.run("explain", nowhere.toString()),
            Tune.run("compare", first.toString(), nowhere.toString()))) {
      assertThat(run.exitCode()).isEqualTo(ExitCodes.USER);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains("nowhere").contains("--out");
    }
    assertThat(Tune.run("compare", first.toString(), first.toString()).err())
        .contains("are the same study");
    assertThat(Tune.run("explain", first.toString(), "--measure", "-1").err())
        .contains("--measure -1");
  }
}
