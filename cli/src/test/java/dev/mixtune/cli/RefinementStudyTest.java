package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A study of the bundled example, with few samples, whose best plans are rounded again in their own
 * context.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefinementStudyTest {
  private static final int EVALUATIONS = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private Path study;
  private Tune run;
  private JsonNode frontier;
  private List<Evaluation> evaluations;

  @BeforeAll
  void runTheExample() throws IOException {
    study = temp.resolve("study");
    run =
        Tune.run(
            "--task",
            SmallExample.task(temp).toString(),
            "--target",
            "pixel8",
            "--max-drop",
            "2%",
            "--prefer",
            "size",
            "--max-evaluations",
            Integer.toString(EVALUATIONS),
            "--out",
            study.toString());
    frontier = JSON.readTree(Files.readString(study.resolve("frontier.json")));
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      evaluations = reader.evaluations();
    }
  }

  private List<Evaluation> inContext() {
    return evaluations.stream().filter(e -> e.rounding() == Rounding.CONTEXT).toList();
  }

  private Evaluation ofLibrary(Evaluation evaluation) {
    return evaluations.stream()
        .filter(e -> e.rounding() == Rounding.LIBRARY && e.plan().equals(evaluation.plan()))
        .findFirst()
        .orElseThrow();
  }

  private List<JsonNode> pointsInContext() {
    List<JsonNode> points = new ArrayList<>();
    for (JsonNode point : frontier.get("points")) {
      if (point.get("rounding").asText().equals("context")) {
        points.add(point);
      }
    }
    return points;
  }

  private Path exported(String id) {
    Path file = temp.resolve(id + ".onnx");
    Tune export = Tune.run("export", study.toString(), "--point", id, "--out", file.toString());
    assertThat(export.err()).isEmpty();
    assertThat(export.exitCode()).isEqualTo(ExitCodes.DONE);
    return file;
  }

  @Test
  void theyAreEvaluationsOfTheirOwnWithinTheNumberAllowed() {
    assertThat(run.err()).isEmpty();
    assertThat(inContext()).isNotEmpty().hasSizeLessThanOrEqualTo(EVALUATIONS / 8);
    assertThat(evaluations).hasSizeLessThanOrEqualTo(EVALUATIONS);
    assertThat(frontier.get("evaluations").asInt()).isEqualTo(evaluations.size());
    for (Evaluation own : inContext()) {
      assertThat(own.isFailed()).isFalse();
      assertThat(own.kernelSignature()).isEqualTo(ofLibrary(own).kernelSignature());
      assertThat(own.latency()).isEqualTo(ofLibrary(own).latency());
      assertThat(study.resolve("points").resolve(own.plan().id() + "-context.onnx"))
          .exists()
          .hasSize(own.sizeBytes());
    }
  }

  @Test
  void everyKeptFileAnswersAsItsRowSays() throws IOException {
    for (Evaluation own : inContext()) {
      PairedScore score = own.score();
      assertThat(score).isNotNull();
      assertThat(ExampleScore.countRight(study, study.resolve("points/" + own.id() + ".onnx"))[0])
          .as(own.id())
          .isEqualTo(score.counts().orElseThrow().right());
    }
  }

  @Test
  void everyPointIsExportedAndAnswersAsRecorded() throws IOException {
    for (JsonNode point : frontier.get("points")) {
      Path file = exported(point.get("id").asText());
      int[] right = ExampleScore.countRight(study, file);
      assertThat(right[0]).as("%s", point).isEqualTo(point.get("search").get("right").asInt());
      if (!point.get("holdout").isNull()) {
        assertThat(right[1]).as("%s", point).isEqualTo(point.get("holdout").get("right").asInt());
      }
      assertThat(Files.size(file)).isEqualTo(point.get("sizeBytes").asLong());
    }
  }

  @Test
  void theFrontierTellsWhoseWeightsAPointHas() throws IOException {
    assertThat(pointsInContext()).isNotEmpty();
    for (JsonNode point : pointsInContext()) {
      assertThat(point.get("id").asText()).endsWith("-context");
      assertThat(point.get("uniform").isNull()).isTrue();
      assertThat(Files.readString(study.resolve("frontier.csv")))
          .contains(point.get("id").asText());
      assertThat(Files.readString(study.resolve("report.html"))).contains(point.get("id").asText());
    }
    for (JsonNode uniform : frontier.get("uniforms")) {
      assertThat(uniform.get("rounding").asText()).isEqualTo("library");
    }
  }

  /** The median by hand from the rows. */
  @Test
  void theSummarySaysWhatItBrought() throws IOException {
    double[] gains =
        inContext().stream()
            .mapToDouble(own -> Choice.score(ofLibrary(own)).drop() - Choice.score(own).drop())
            .sorted()
            .toArray();
    int n = gains.length;
    double median = (gains[(n - 1) / 2] + gains[n / 2]) / 2;
    String words = String.format("the median gain is %.2f points", 100 * median);
    assertThat(run.out()).contains("in their own context").contains(words);
    assertThat(Files.readString(study.resolve("run.json"))).contains(words);
  }

  @Test
  void aLostOrChangedFileIsMadeAgain() throws IOException {
    String id = pointsInContext().get(0).get("id").asText();
    Path kept = study.resolve("points").resolve(id + ".onnx");
    byte[] before = Files.readAllBytes(kept);

    Files.delete(kept);
    assertThat(Files.readAllBytes(exported(id))).isEqualTo(before);
    assertThat(Files.readAllBytes(kept)).isEqualTo(before);
    Files.writeString(kept, "half a file");
    assertThat(Files.readAllBytes(exported(id))).isEqualTo(before);
  }

  @Test
  void aFileThatComesOutOtherwiseIsRefused() throws IOException, SQLException {
    String id = pointsInContext().get(0).get("id").asText();
    Path copy = Files.createDirectories(temp.resolve("copy"));
    for (String name : List.of("study.db", "frontier.json")) {
      Files.copy(study.resolve(name), copy.resolve(name));
    }
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("study.db"));
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE evaluations SET file_sha256 = 'c0ffee' WHERE rounding = 'context'");
    }

    Tune export = Tune.run("export", copy.toString(), "--point", id, "--out", temp + "/x.onnx");

    assertThat(export.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(export.err())
        .contains("the file of point '" + id + "'")
        .contains("sha256 was c0ffee and is ")
        .contains("Bring the file back");
    assertThat(temp.resolve("x.onnx")).doesNotExist();
  }
}
