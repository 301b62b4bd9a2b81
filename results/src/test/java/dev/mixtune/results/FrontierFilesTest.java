package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrontierFilesTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  private final Frontier frontier = new SyntheticStudy(3, Basis.MEASURED).frontier();

  @TempDir Path folder;

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static FinetunedPoint trained(FrontierPoint from) {
    FrontierPoint point =
        new FrontierPoint(
            from.id() + "-finetuned",
            from.bits(),
            from.schemes(),
            from.kernels(),
            from.search(),
            from.search(),
            from.latencyMs(),
            from.latencyRatio(),
            from.latencyRelativeError(),
            null,
            from.latencyBasis(),
            from.sizeBytes(),
            from.sizeRatio(),
            from.averageBits(),
            null,
            false,
            Rounding.FINETUNED,
            0.0,
            /* energy= */ null,
            /* peakMemoryBytes= */ null);
    return new FinetunedPoint(
        point,
        from.id(),
        "ab".repeat(32),
        new Frontier.CertificateFacts(point.id(), 0.004, 0.95, 6000, "Tango", 1, 0.003),
        new FinetunedPoint.Training(50000, 5, 4, 0.001, 0.0, 1, "epochs 5, seed 1"));
  }

  @Test
  void fineTunedPointsStandBesideTheFrontierAndComeBack() throws IOException {
    assertThat(names(JACKSON.readTree(FrontierJson.text(frontier)))).doesNotContain("finetuned");
    Frontier tuned = frontier.withFinetuned(List.of(trained(frontier.points().get(0))));
    FrontierJson.write(folder.resolve("frontier.json"), tuned);

    assertThat(FrontierJson.read(folder.resolve("frontier.json"))).isEqualTo(tuned);
    JsonNode json = JACKSON.readTree(FrontierJson.text(tuned));
    assertThat(json.get("points")).hasSize(frontier.points().size());
    assertThat(json.get("finetuned").get(0).get("point").get("rounding").asText())
        .isEqualTo("finetuned");
    List<String> rows = FrontierCsv.text(tuned).lines().toList();
    assertThat(rows).hasSize(2 + frontier.points().size());
    assertThat(rows.get(rows.size() - 1)).startsWith(frontier.points().get(0).id() + "-finetuned");
    assertThat(FinetunedPoint.ofText(tuned.finetuned().get(0).text()))
        .isEqualTo(tuned.finetuned().get(0));
  }

  /** The contract, typed from its text: names that programs outside rely on. */
  @Test
  void theFileHasTheFieldsOfTheContract() throws IOException {
    JsonNode json = JACKSON.readTree(FrontierJson.text(frontier));
    assertThat(names(json))
        .contains(
            "schemaVersion",
            "task",
            "model",
            "target",
            "reference",
            "latency",
            "limit",
            "layers",
            "points",
            "certificate",
            "hypervolume",
            "evaluations",
            "seed",
            "memory");
    assertThat(json.get("schemaVersion").asInt()).isEqualTo(1);
    assertThat(json.get("task").isTextual()).isTrue();
    assertThat(names(json.get("model"))).containsExactly("file", "sha256");
    assertThat(names(json.get("target"))).containsExactly("name", "basis", "modelledShare");
    assertThat(names(json.get("reference")))
        .containsExactly("search", "holdout", "latencyMs", "sizeBytes");
    assertThat(names(json.get("reference").get("search"))).contains("accuracy", "samples");
    assertThat(names(json.get("reference").get("holdout"))).contains("accuracy", "samples");
    assertThat(names(json.get("latency")))
        .containsExactly("batch", "shape", "threads", "basis", "prediction");
    assertThat(names(json.get("limit"))).containsExactly("maxDrop", "relative", "confidence");
    assertThat(names(json.get("layers").get(0)))
        .containsExactly("name", "op", "macs", "parameters", "group");
    assertThat(names(json.get("certificate")))
        .containsExactly(
            "pointId",
            "upperBound",
            "confidence",
            "samples",
            "method",
            "plansTested",
            "limitResolvable");
    assertThat(names(json.get("hypervolume")))
        .containsExactly("value", "referencePoint", "objectives");
    for (JsonNode point : json.get("points")) {
      assertThat(names(point))
          .contains(
              "id",
              "bits",
              "schemes",
              "kernels",
              "search",
              "holdout",
              "latencyMs",
              "latencyRatio",
              "predictedLatencyMs",
              "latencyBasis",
              "sizeBytes",
              "sizeRatio",
              "averageBits",
              "uniform",
              "chosen",
              "peakMemoryBytes");
      assertThat(names(point.get("search")))
          .contains("accuracy", "drop", "dropInterval", "samples", "right");
      assertThat(point.get("search").get("dropInterval").isArray()).isTrue();
      assertThat(point.get("search").get("dropInterval")).hasSize(2);
      assertThat(point.get("latencyBasis").asText()).isEqualTo("measured");
      assertThat(point.get("bits")).hasSize(SyntheticStudy.LAYERS);
    }
  }

  @Test
  void itReadsBackAsItWas() {
    Path file = folder.resolve("frontier.json");
    FrontierJson.write(file, frontier);
    assertThat(FrontierJson.read(file)).isEqualTo(frontier);
  }

  /**
   * Files from before plans were rounded for themselves, predictions stated, modelled shares kept
   * and memory measured: every point has the library's weights, and nothing is known of the others.
   */
  @Test
  void aFileOfAnOlderVersionIsRead() throws IOException {
    Path file = folder.resolve("frontier.json");
    Frontier without = new SyntheticStudy(3, Basis.MODELLED).frontier();
    String text = FrontierJson.text(without);
    String older =
        text.replaceAll(",\\s*\"rounding\" : \"library\"", "")
            .replaceAll(",\\s*\"modelledShare\" : null", "")
            .replaceAll(",\\s*\"prediction\" : null", "")
            .replaceAll(",\\s*\"peakMemoryBytes\" : null", "")
            .replaceAll(",\\s*\"memory\" : null", "");
    assertThat(text)
        .contains("\"rounding\"", "\"modelledShare\" : null", "\"prediction\"")
        .contains("\"peakMemoryBytes\" : null", "\"memory\" : null");
    assertThat(older)
        .doesNotContain("rounding", "\"modelledShare\" : null", "\"prediction\"", "emory");
    Files.writeString(file, older);
    assertThat(FrontierJson.read(file)).isEqualTo(without);
  }

  @Test
  void theSameFrontierGivesTheSameBytes() {
    Frontier again = new SyntheticStudy(3, Basis.MEASURED).frontier();
    assertThat(FrontierJson.text(again)).isEqualTo(FrontierJson.text(frontier));
    assertThat(FrontierJson.text(frontier)).doesNotContain("\r").endsWith("}\n");
  }

  @Test
  void brokenFilesAreTheUsersBusiness() throws IOException {
    Path file = folder.resolve("frontier.json");
    assertThatThrownBy(() -> FrontierJson.read(file)).isInstanceOf(UserException.class);
    String text = FrontierJson.text(frontier);
    List<String> broken =
        List.of(
            "",
            "[]",
            text.substring(0, text.length() / 2),
            text.replace("\"seed\" : 7", "\"sead\" : 7"),
            text.replace("\"basis\" : \"measured\"", "\"basis\" : \"guessed\""),
            text.replace("\"schemaVersion\" : 1", "\"schemaVersion\" : 2"));
    for (String content : broken) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> FrontierJson.read(file))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("frontier.json");
    }
    Files.writeString(file, text.replaceFirst("\\{", "{\"later\" : [1], "));
    assertThat(FrontierJson.read(file)).isEqualTo(frontier);
  }

  @Test
  void scoresKeepTheirCounts() {
    Score score = Score.of(new PairedScore(1000, 0.91, 0.905, -0.002, 0.012, 905, 12, 7));
    assertThat(score.drop()).isEqualTo(0.91 - 0.905);
    assertThat(List.of(score.right(), score.lost(), score.gained())).containsExactly(905, 12, 7);
    assertThatThrownBy(() -> new Interval(Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A correlation: what it is on 0..1 is no percentage, and no sample is right or wrong. */
  @Test
  void metricsThatCountNothingLeaveTheCountsEmpty() throws IOException {
    Score score =
        Score.of(
            new PairedScore(549, 0.8672, 0.86, 0.001, 0.013, new PairedScore.Resampled(0.012)));
    assertThat(score.right()).isNull();
    assertThat(score.isShare()).isFalse();
    Path file = folder.resolve("frontier.json");
    String text =
        FrontierJson.text(frontier)
            .replaceAll("\"(right|lost|gained)\" : \\d+", "\"$1\" : null")
            .replace("\"metric\" : \"top1\"", "\"metric\" : \"sts-spearman\"");
    Files.writeString(file, text);
    Frontier correlation = FrontierJson.read(file);
    assertThat(FrontierJson.text(correlation)).isEqualTo(text);
    assertThat(FrontierCsv.text(correlation).split("\r\n")[1].split(",", -1)[8]).isEmpty();
    String page =
        new HtmlReport(new StudyView(correlation, List.of()), null, SyntheticStudy.run()).text();
    String percent = Figures.percent(SyntheticStudy.FLOAT_ACCURACY);
    assertThat(page).contains("float reaches " + "0.9131").doesNotContain(percent);
  }

  @Test
  void aRelativeLimitIsTakenOfTheFloatModelsMetric() {
    Frontier relative = FrontierEdits.with(frontier, new Frontier.Limit(0.01, true, 0.95));
    assertThat(relative.absoluteLimit()).hasValue(0.01 * SyntheticStudy.FLOAT_ACCURACY);
    Frontier none = FrontierEdits.with(frontier, new Frontier.Limit(null, false, 0.95));
    assertThat(none.absoluteLimit()).isEmpty();
  }

  @Test
  void rowsOfTheTableMatchThePoints() {
    String[] lines = FrontierCsv.text(frontier).split("\r\n");
    assertThat(lines).hasSize(1 + frontier.points().size());
    String[] header = lines[0].split(",");
    List<String> columns = List.of(header);
    assertThat(columns).hasSize(26 + SyntheticStudy.LAYERS).doesNotHaveDuplicates();
    for (int i = 0; i < frontier.points().size(); i++) {
      FrontierPoint point = frontier.points().get(i);
      String[] cells = lines[i + 1].split(",", -1);
      assertThat(cells).hasSize(columns.size());
      assertThat(cells[columns.indexOf("id")]).isEqualTo(point.id());
      assertThat(Double.parseDouble(cells[columns.indexOf("search_drop")]))
          .isEqualTo(point.search().drop());
      assertThat(Long.parseLong(cells[columns.indexOf("size_bytes")])).isEqualTo(point.sizeBytes());
      assertThat(cells[columns.indexOf("holdout_drop")].isEmpty())
          .isEqualTo(point.holdout() == null);
      assertThat(cells[columns.indexOf("rounding")]).isEqualTo("library");
      // What came to be later stands behind the columns that were there before.
      assertThat(columns.get(columns.size() - 1)).isEqualTo("peak_memory_bytes");
      assertThat(cells[columns.size() - 1])
          .isEqualTo(Long.toString(9_000_000 + 5 * point.sizeBytes()));
    }
  }

  @Test
  void formulasAndSeparatorsInNamesAreDefused() {
    FrontierPoint point = frontier.points().get(0);
    List<FrontierPoint> points = new ArrayList<>();
    for (String id : List.of("=1+1", "+2", "-3", "@sum", "a,b", "say \"x\"", "two\r\nlines")) {
      points.add(FrontierEdits.named(point, id));
    }
    String csv = FrontierCsv.text(FrontierEdits.with(frontier, points));
    assertThat(csv)
        .contains("\r\n'=1+1,", "\r\n'+2,", "\r\n'-3,", "\r\n'@sum,")
        .contains("\r\n\"a,b\",", "\r\n\"say \"\"x\"\"\",", "\r\n\"two\r\nlines\",");
  }

  @Test
  void theChosenFileSaysWhatEachLayerIs() throws IOException {
    Path file = folder.resolve("chosen.json");
    ChosenJson.ReadBack readBack =
        new ChosenJson.ReadBack(75_349, 0.5, 1.95, 0.01, 0.9, 5_400, 6_000, "holdout");
    ChosenJson.write(file, frontier, "chosen.onnx", "ab".repeat(32), readBack);
    JsonNode json = JACKSON.readTree(Files.readAllBytes(file));
    FrontierPoint chosen = frontier.chosen().orElseThrow();
    assertThat(json.get("model").get("file").asText()).isEqualTo("chosen.onnx");
    assertThat(json.get("point").get("id").asText()).isEqualTo(chosen.id());
    assertThat(json.get("readBack").get("sizeBytes").asLong()).isEqualTo(75_349);
    assertThat(json.get("readBack").get("right").asInt()).isEqualTo(5_400);
    assertThat(json.get("readBack").get("split").asText()).isEqualTo("holdout");
    assertThat(json.get("layers")).hasSize(SyntheticStudy.LAYERS);
    for (int layer = 0; layer < SyntheticStudy.LAYERS; layer++) {
      assertThat(json.get("layers").get(layer).get("bits").asInt())
          .isEqualTo(chosen.bits().get(layer));
    }
  }

  @Test
  void runAndSplitsReadBackAsTheyWere() throws IOException {
    Path run = folder.resolve("run.json");
    SyntheticStudy.run().write(run);
    assertThat(RunFacts.read(run)).isEqualTo(SyntheticStudy.run());
    SyntheticStudy.run(StudyStatus.NOT_CERTIFIED).write(run);
    assertThat(RunFacts.read(run).status()).isEqualTo(StudyStatus.NOT_CERTIFIED);
    assertThat(JACKSON.readTree(Files.readAllBytes(run)).get("status").asText())
        .isEqualTo("not-certified");
    Path splits = folder.resolve("splits.json");
    SplitIndices indices = new SplitIndices(List.of(0, 2, 5), List.of(1, 3));
    indices.write(splits);
    assertThat(Files.readString(splits)).isEqualTo("{\"search\":[0,2,5],\"holdout\":[1,3]}\n");
    assertThat(SplitIndices.read(splits)).isEqualTo(indices);
  }
}
