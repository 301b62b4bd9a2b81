package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class StudyComparisonTest {
  private static final Map<String, String> IDENTITY =
      Map.of(
          "search samples",
          "s",
          "holdout samples",
          "h",
          "inputs",
          "[x]",
          "axes",
          "{}",
          "machine",
          "m");

  private static ComparedStudy study(String name, Frontier frontier, Map<String, String> identity) {
    return new ComparedStudy(name, frontier, identity);
  }

  private static Frontier frontier(long seed) {
    return new SyntheticStudy(seed, Basis.MEASURED).frontier();
  }

  @Test
  void aStudyDoesNotDifferFromItself() {
    ComparedStudy a = study("a", frontier(3), IDENTITY);
    StudyComparison comparison = StudyComparison.of(a, study("b", frontier(3), IDENTITY));
    assertThat(comparison.rows()).hasSize(5);
    for (StudyComparison.Row row : comparison.rows()) {
      assertThat(row.drop().value()).isZero();
      assertThat(row.drop().paired()).isTrue();
      assertThat(row.drop().significant()).isFalse();
      assertThat(row.latency()).isNotNull();
      assertThat(row.latency().significant()).isFalse();
      assertThat(row.secondBytes()).isEqualTo(row.firstBytes());
    }
    assertThat(comparison.volume().first()).isEqualTo(comparison.volume().second());
    assertThat(comparison.dominated()).isEqualTo(new StudyComparison.Dominated(0, 0));
    assertThat(comparison.changedLayers()).isEmpty();
    assertThat(comparison.notes()).isEmpty();
  }

  @Test
  void aMuchWorsePlanDiffersForCertain() {
    Frontier good = frontier(3);
    FrontierPoint chosen = good.chosen().orElseThrow();
    FrontierPoint bad =
        FrontierEdits.held(chosen, SyntheticStudy.score(0.08, SyntheticStudy.HOLDOUT));
    Frontier worse = FrontierEdits.with(good, List.of(bad));
    StudyComparison.Row row =
        StudyComparison.of(study("a", good, IDENTITY), study("b", worse, IDENTITY)).rows().get(0);
    assertThat(row.name()).isEqualTo("chosen");
    assertThat(row.split()).isEqualTo("holdout");
    assertThat(row.drop().value())
        .isCloseTo(bad.holdout().drop() - chosen.holdout().drop(), within(1e-12));
    assertThat(row.drop().significant()).isTrue();
    assertThat(row.drop().low()).isPositive();
  }

  @Test
  void otherSamplesAreNotPairedAndOtherMachinesNotTimed() {
    Map<String, String> elsewhere = new HashMap<>(IDENTITY);
    elsewhere.put("holdout samples", "other");
    elsewhere.put("machine", "another");
    StudyComparison comparison =
        StudyComparison.of(study("a", frontier(3), IDENTITY), study("b", frontier(4), elsewhere));
    assertThat(comparison.sameSearch()).isTrue();
    assertThat(comparison.sameHoldout()).isFalse();
    assertThat(comparison.rows().get(0).drop().paired()).isFalse();
    assertThat(comparison.rows().get(0).latency()).isNull();
    assertThat(comparison.volume()).isNull();
    assertThat(comparison.notes())
        .anyMatch(note -> note.contains("different samples"))
        .anyMatch(note -> note.contains("Latencies are not compared") && note.contains("another"));
  }

  @Test
  void samplesThatArePreparedInAnotherWayAreNotPaired() {
    for (String entry : List.of("inputs", "axes")) {
      Map<String, String> other = new HashMap<>(IDENTITY);
      other.put(entry, "other");
      StudyComparison comparison =
          StudyComparison.of(study("a", frontier(3), IDENTITY), study("b", frontier(3), other));
      assertThat(comparison.sameSearch()).isFalse();
      assertThat(comparison.sameHoldout()).isFalse();
      assertThat(comparison.rows()).noneMatch(row -> row.drop().paired());
      assertThat(comparison.notes())
          .hasSize(2)
          .allMatch(note -> note.contains("not known to be prepared alike"));
    }
  }

  @Test
  void otherFloatAnswersAreNotPaired() {
    Frontier f = frontier(3);
    Frontier.Reference r = f.reference();
    double accuracy = r.holdout().accuracy() + 1.0 / SyntheticStudy.HOLDOUT;
    Frontier other =
        FrontierEdits.with(
            f,
            new Frontier.Reference(
                r.search(),
                new Frontier.ReferenceScore(accuracy, SyntheticStudy.HOLDOUT, null),
                r.latencyMs(),
                r.sizeBytes()));
    StudyComparison comparison =
        StudyComparison.of(study("a", f, IDENTITY), study("b", other, IDENTITY));
    assertThat(comparison.sameSearch()).isTrue();
    assertThat(comparison.sameHoldout()).isFalse();
    assertThat(comparison.rows().get(0).split()).isEqualTo("holdout");
    assertThat(comparison.rows().get(0).drop().paired()).isFalse();
    assertThat(comparison.notes())
        .singleElement()
        .satisfies(note -> assertThat(note).contains("holdout", "the float model reaches"));
  }

  @Test
  void timesThatCannotBeComparedBeatNothing() {
    Frontier slow = frontier(3);
    Frontier fast =
        FrontierEdits.with(
            slow,
            slow.points().stream()
                .map(point -> FrontierEdits.timed(point, point.latencyRatio() / 2))
                .toList());
    Map<String, String> elsewhere = new HashMap<>(IDENTITY);
    elsewhere.put("machine", "another");
    int points = slow.points().size();
    assertThat(
            StudyComparison.of(study("a", slow, IDENTITY), study("b", fast, IDENTITY)).dominated())
        .isEqualTo(new StudyComparison.Dominated(points, 0));
    long alone =
        slow.points().stream()
            .filter(
                p ->
                    slow.points().stream()
                        .anyMatch(
                            q ->
                                q.sizeBytes() <= p.sizeBytes()
                                    && q.search().drop() <= p.search().drop()
                                    && (q.sizeBytes() < p.sizeBytes()
                                        || q.search().drop() < p.search().drop())))
            .count();
    assertThat(alone).isLessThan(points);
    StudyComparison apart =
        StudyComparison.of(study("a", slow, IDENTITY), study("b", fast, elsewhere));
    assertThat(apart.dominated())
        .isEqualTo(new StudyComparison.Dominated((int) alone, (int) alone));
    assertThat(apart.notes())
        .singleElement()
        .satisfies(note -> assertThat(note).contains("beaten in drop and size alone"));
  }

  @Test
  void otherModelsAndMetricsAreRefused() {
    Frontier f = frontier(3);
    Frontier other =
        new Frontier(
            1,
            f.task(),
            "top5",
            f.model(),
            f.target(),
            f.reference(),
            f.latency(),
            f.limit(),
            f.layers(),
            f.points(),
            f.uniforms(),
            f.certificate(),
            f.hypervolume(),
            f.evaluations(),
            f.seed(),
            /* memory= */ null,
            /* finetuned= */ List.of());
    assertThatThrownBy(
            () -> StudyComparison.of(study("a", f, IDENTITY), study("b", other, IDENTITY)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("same metric: top1 and top5");
  }

  @Test
  void theHypervolumeGrowsToWhatThePlansTogetherDominate() {
    Frontier f = frontier(3);
    List<RecordedEvaluation> rows = new ArrayList<>();
    // Boxes from the corner (1, 1, 1): 0.5 x 0.5 x 0.5, then 0.8 x 0.2 x 0.9 that overlaps it.
    rows.add(row(0, Scheme.W8A8, 0.5, 0.5));
    rows.add(row(10, Scheme.W4A8, 0.2, 0.8));
    rows.add(row(20, Scheme.W2A8, 0.6, 0.9));
    List<StudyView.VolumeStep> steps =
        FrontierVolume.history(
            FrontierEditsForVolume.withCorner(f, List.of(1.0, 1.0), List.of("accuracy", "latency")),
            rows,
            100);
    assertThat(steps).extracting(StudyView.VolumeStep::evaluations).containsExactly(1, 2, 3);
    assertThat(steps).extracting(StudyView.VolumeStep::seconds).containsExactly(0.0, 10.0, 20.0);
    assertThat(steps.get(0).volume()).isCloseTo(0.25, within(1e-9));
    assertThat(steps.get(1).volume()).isCloseTo(0.25 + 0.8 * 0.2 - 0.5 * 0.2, within(1e-9));
    assertThat(steps.get(2).volume()).isEqualTo(steps.get(1).volume());
  }

  private static RecordedEvaluation row(int seconds, Scheme scheme, double drop, double ratio) {
    return new RecordedEvaluation(
        new Evaluation(
            Plan.uniform(2, scheme),
            new PairedScore(10, 0.9, 0.9 - drop, drop, drop, 0, 0, 0),
            new Latency(ratio, ratio, 0, Basis.MODELLED),
            1,
            8,
            "",
            null),
        OptionalDouble.empty(),
        Instant.ofEpochSecond(1_000_000 + seconds));
  }

  @Test
  void picturesSayTheirResolution() throws Exception {
    byte[] png = new ComparisonPlot(frontier(3), frontier(4)).png();
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(png)));
    Element metadata = (Element) reader.getImageMetadata(0).getAsTree("javax_imageio_1.0");
    Element size = (Element) metadata.getElementsByTagName("HorizontalPixelSize").item(0);
    // Millimetres per pixel: 25.4 at 300 dots per inch.
    assertThat(Double.parseDouble(size.getAttribute("value"))).isCloseTo(25.4 / 300, within(1e-4));
    assertThat(reader.getWidth(0)).isEqualTo(2400);
  }

  @Test
  void predictionsAreDrawnWhereTheyWereMeasured() {
    assertThat(PredictionPlot.of(frontier(3))).isPresent();
    String svg =
        new String(
            PredictionPlot.of(frontier(3)).orElseThrow().svg(),
            java.nio.charset.StandardCharsets.UTF_8);
    // Every prediction of the made-up study is 4 % above what was measured.
    assertThat(svg).contains("off by 4.0 % in the median and 4.0 % at most");
    assertThat(PredictionPlot.of(new SyntheticStudy(3, Basis.MODELLED).frontier())).isEmpty();
  }
}
