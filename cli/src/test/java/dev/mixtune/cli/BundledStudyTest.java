package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The main job on the bundled example, small, on the profile target: every file, every count. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundledStudyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private Path study;
  private Tune run;
  private JsonNode frontier;
  private int[] rightOfChosen;

  @BeforeAll
  void runTheExample() throws IOException {
    study = temp.resolve("study");
    run =
        Tune.run(
            "--target",
            "pixel8",
            "--max-drop",
            "1%",
            "--max-evaluations",
            "24",
            "--out",
            study.toString());
    frontier = JSON.readTree(Files.readString(study.resolve("frontier.json")));
    rightOfChosen = countRight(study.resolve("chosen.onnx"));
  }

  @Test
  void endsWellAndSaysWhatIsModelled() {
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(run.out()).contains("100 % of the time is modelled").contains("is certified");
  }

  @Test
  void everyFileOfTheContractIsThere() {
    for (String name :
        List.of(
            "study.db",
            "frontier.json",
            "frontier.csv",
            "chosen.onnx",
            "chosen.json",
            "sensitivity.json",
            "rounding.json",
            "pareto.png",
            "pareto.svg",
            "report.html",
            "run.json",
            "splits.json",
            "tune.log")) {
      assertThat(study.resolve(name)).as(name).exists();
    }
  }

  @Test
  void noPointIsDominated() {
    List<JsonNode> all = new ArrayList<>();
    frontier.get("points").forEach(all::add);
    List<JsonNode> rivals = new ArrayList<>(all);
    frontier.get("uniforms").forEach(rivals::add);
    for (JsonNode point : all) {
      for (JsonNode rival : rivals) {
        assertThat(dominates(rival, point))
            .as("%s dominates %s", rival.get("id"), point.get("id"))
            .isFalse();
      }
    }
  }

  private static boolean dominates(JsonNode a, JsonNode b) {
    double[] left = objectives(a);
    double[] right = objectives(b);
    boolean better = false;
    for (int i = 0; i < left.length; i++) {
      if (left[i] > right[i]) {
        return false;
      }
      better |= left[i] < right[i];
    }
    return better;
  }

  private static double[] objectives(JsonNode point) {
    return new double[] {
      point.get("search").get("drop").asDouble(),
      point.get("latencyMs").asDouble(),
      point.get("sizeBytes").asDouble()
    };
  }

  @Test
  void theChosenFileAnswersExactlyAsRecordedInPlainOnnxRuntime() throws IOException {
    JsonNode chosen = chosen();

    assertThat(rightOfChosen[0]).isEqualTo(chosen.get("search").get("right").asInt());
    assertThat(rightOfChosen[1]).isEqualTo(chosen.get("holdout").get("right").asInt());
    assertThat(Files.size(study.resolve("chosen.onnx")))
        .isEqualTo(chosen.get("sizeBytes").asLong());
  }

  @Test
  void theSecondMeasurementIsKept() throws IOException {
    JsonNode readBack =
        JSON.readTree(Files.readString(study.resolve("chosen.json"))).get("readBack");

    assertThat(readBack.get("sizeBytes").asLong())
        .isEqualTo(Files.size(study.resolve("chosen.onnx")));
    assertThat(readBack.get("split").asText()).isEqualTo("holdout");
    assertThat(readBack.get("right").asInt()).isEqualTo(rightOfChosen[1]);
    assertThat(JSON.readTree(Files.readString(study.resolve("run.json"))).get("status").asText())
        .isEqualTo("met");
  }

  @Test
  void anyPointCanBeExportedAndAnswersAsRecorded() throws IOException {
    JsonNode point = frontier.get("points").get(frontier.get("points").size() / 2);
    Path file = temp.resolve("point.onnx");

    Tune export =
        Tune.run(
            "export",
            study.toString(),
            "--point",
            point.get("id").asText(),
            "--out",
            file.toString());

    assertThat(export.err()).isEmpty();
    assertThat(export.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(countRight(file)[0]).isEqualTo(point.get("search").get("right").asInt());
  }

  @Test
  void anUnknownPointIsRefused() {
    Tune export = Tune.run("export", study.toString(), "--point", "nix", "--out", temp + "/x.onnx");

    assertThat(export.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(export.err()).contains("--point 'nix'").contains("uniform-8");
  }

  @Test
  void reportIsMadeAgainFromTheFolder() throws IOException {
    String page = Files.readString(study.resolve("report.html"));
    Files.delete(study.resolve("report.html"));

    assertThat(Tune.run("report", study.toString()).exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.readString(study.resolve("report.html"))).isEqualTo(page);
  }

  @Test
  void aFolderThatHoldsAStudyIsNotOverwritten() {
    Tune again = Tune.run("--max-drop", "2%", "--out", study.toString());

    assertThat(again.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(again.err()).contains("already holds a study").contains("resume");
  }

  private int[] countRight(Path model) throws IOException {
    return ExampleScore.countRight(study, model);
  }

  private JsonNode chosen() {
    for (JsonNode point : frontier.get("points")) {
      if (point.get("chosen").asBoolean()) {
        return point;
      }
    }
    throw new AssertionError("no point is chosen");
  }
}
