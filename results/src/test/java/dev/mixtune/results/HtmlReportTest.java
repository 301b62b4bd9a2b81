package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Basis;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private final SyntheticStudy study = new SyntheticStudy(3, Basis.MEASURED);

  private String report(Frontier frontier) {
    StudyView view = new StudyView(frontier, study.view().evaluated());
    return new HtmlReport(view, study.sensitivity(), SyntheticStudy.run()).text();
  }

  private static JsonNode data(String page) throws Exception {
    Matcher matcher =
        Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>")
            .matcher(page);
    assertThat(matcher.find()).isTrue();
    return new ObjectMapper().readTree(matcher.group(1));
  }

  @Test
  void namesCannotBringMarkup() throws Exception {
    String hostile = "</script><script>alert(1)</script><img src=x onerror='a' title=\"b\">&amp;";
    String page = report(FrontierEdits.named(study.frontier(), hostile));
    assertThat(page)
        .doesNotContain("<script>alert")
        .doesNotContain("<img")
        .contains("&lt;/script&gt;&lt;script&gt;alert(1)");
    assertThat(page.split("</script>", -1)).as("two scripts of our own").hasSize(3);
    assertThat(data(page).get("layers").get(0).asText()).startsWith("</script><script>alert(1)");
  }

  @Test
  void itIsOneOfflineFile() {
    String page = report(study.frontier());
    assertThat(page)
        .contains("default-src 'none'")
        .doesNotContain("src=")
        .doesNotContain("href=")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .doesNotContain("innerHTML")
        .doesNotContain("{{");
    String namespace = "http://www.w3.org/2000/svg";
    assertThat(page.replace(namespace, "")).doesNotContain("http://").doesNotContain("https://");
  }

  @Test
  void itCarriesEveryPointForThePlot() throws Exception {
    JsonNode data = data(report(study.frontier()));
    Frontier frontier = study.frontier();
    long frontierPoints =
        java.util.stream.StreamSupport.stream(data.get("points").spliterator(), false)
            .filter(point -> point.get("frontier").asBoolean())
            .count();
    assertThat(frontierPoints).isEqualTo(frontier.points().size());
    assertThat(data.get("evaluated")).hasSize(404);
    assertThat(data.get("limit").asDouble()).isEqualTo(1.0);
    JsonNode first = data.get("points").get(0);
    FrontierPoint point = frontier.points().get(0);
    assertThat(first.get("id").asText()).isEqualTo(point.id());
    assertThat(first.get("drop").get(0).asDouble()).isEqualTo(100 * point.search().drop());
    assertThat(first.get("bits")).hasSize(SyntheticStudy.LAYERS);
  }

  @Test
  void memoryIsShownWhereItWasMeasuredAndNowhereElse() throws Exception {
    String page = report(study.frontier());
    assertThat(page).contains("<th>peak memory</th>", "Peak memory is made up.");
    // Float: five times 1,091,000 bytes more than nine million.
    assertThat(page).contains("<td>14.5 MB<small>1.00");
    for (JsonNode point : data(page).get("points")) {
      assertThat(point.get("memory").asLong())
          .isEqualTo(9_000_000 + 5 * point.get("sizeBytes").asLong());
    }
    String modelled = report(new SyntheticStudy(3, Basis.MODELLED).frontier());
    assertThat(modelled).doesNotContain("peak memory", "Peak memory");
    assertThat(data(modelled).get("points").get(0).get("memory").isNull()).isTrue();
  }

  @Test
  void itSaysWhatIsCertain() {
    Frontier frontier = study.frontier();
    assertThat(report(frontier))
        .contains("Certified")
        .contains("On 6,000 samples that the search never saw")
        .contains("every layer at 8 bits")
        .contains("fewer than 8 bits give no speed")
        .contains("model.onnx, sha256 000")
        .contains("made-up processor");
    Frontier.CertificateFacts facts =
        new Frontier.CertificateFacts("p", 0.013, 0.95, 500, "Tango", 1, 0.012);
    Frontier unsure = FrontierEdits.with(frontier, facts);
    assertThat(verdict(unsure, StudyStatus.NOT_CERTIFIED))
        .isEqualTo(CertificateWords.Verdict.NOT_CERTIFIED);
    assertThat(verdict(unsure, StudyStatus.DROP_MISSED))
        .isEqualTo(CertificateWords.Verdict.LIMIT_MISSED);
    Frontier untested = FrontierEdits.with(frontier, (Frontier.CertificateFacts) null);
    assertThat(verdict(untested, StudyStatus.STOPPED)).isEqualTo(CertificateWords.Verdict.UNTESTED);
    Frontier neverHeld =
        FrontierEdits.with(
            untested,
            untested.points().stream().map(point -> FrontierEdits.held(point, null)).toList());
    assertThat(report(neverHeld)).contains("No plan was tested on holdout data");
  }

  private static CertificateWords.Verdict verdict(Frontier frontier, StudyStatus status) {
    return new CertificateWords(frontier, status).verdict();
  }

  @Test
  void aMissedSizeIsNeverCalledCertified() {
    // The chosen plan's drop is certified, but the file is larger than was asked for.
    String page =
        new HtmlReport(study.view(), null, SyntheticStudy.run(StudyStatus.SIZE_OR_LATENCY_MISSED))
            .text();
    assertThat(page)
        .contains("Limit missed")
        .contains("No plan meets the limits of size and latency")
        .contains("the drop is at most")
        .doesNotContain("Certified");
  }

  @Test
  void withoutALimitOnTheDropItIsGivenWithItsInterval() {
    Frontier free =
        FrontierEdits.with(
            FrontierEdits.with(study.frontier(), (Frontier.CertificateFacts) null),
            new Frontier.Limit(null, false, 0.95));
    assertThat(verdict(free, StudyStatus.MET)).isEqualTo(CertificateWords.Verdict.NO_LIMIT);
    assertThat(new CertificateWords(free, StudyStatus.MET).sentences())
        .singleElement()
        .asString()
        .startsWith("On 6,000 samples that the search never saw, the drop is ")
        .contains("95 % interval");
  }

  @Test
  void aPartlyMeasuredProfileIsNotCalledUnmeasured() {
    Frontier modelled = new SyntheticStudy(3, Basis.MODELLED).frontier();
    Frontier mixed =
        FrontierEdits.with(modelled, new Frontier.Target("board", Basis.MODELLED, 0.25));
    assertThat(report(mixed))
        .contains("of the chosen plan&#39;s time 25.00 % is modelled")
        .doesNotContain("No latency was measured");
  }

  @Test
  void aModelledTargetIsNeverCalledMeasured() {
    SyntheticStudy modelled = new SyntheticStudy(3, Basis.MODELLED);
    String page = new HtmlReport(modelled.view(), null, SyntheticStudy.run()).text();
    assertThat(page)
        .contains("modelled, not measured")
        .contains("No latency was measured on pixel8")
        .doesNotContain("Latencies were measured");
  }

  @Test
  void whatNobodyTimedIsNotCalledMeasured() throws Exception {
    Frontier timed = study.frontier();
    assertThat(report(timed))
        .contains("Measured: every latency, end to end")
        .doesNotContain(" predicted and say so", " predicted from the plans that were");
    List<FrontierPoint> points = new ArrayList<>(timed.points());
    int last = points.size() - 1;
    points.set(last, FrontierEdits.predicted(points.get(last)));
    Frontier stopped = FrontierEdits.with(timed, points);
    Set<String> plans = new HashSet<>();
    points.forEach(point -> plans.add(point.id()));
    timed.uniforms().forEach(point -> plans.add(point.id()));
    String page = report(stopped);
    assertThat(page)
        .contains("but not those of 1 of " + plans.size() + " plans")
        .contains("Those of 1 of " + plans.size() + " plans were not timed")
        .doesNotContain("Measured: every latency");
    JsonNode data = data(page);
    assertThat(data.get("basis").asText())
        .isEqualTo("measured, 1 of " + plans.size() + " plans predicted");
    assertThat(data.get("points").get(last).get("basis").asText())
        .isEqualTo("modelled, not measured");
    assertThat(data.get("points").get(last).get("measured").asBoolean()).isFalse();
    assertThat(data.get("points").get(0).get("basis").asText()).isEqualTo("measured");
    assertThat(data.get("points").get(0).get("measured").asBoolean()).isTrue();
  }

  @Test
  void theSameInputGivesTheSameBytes() {
    assertThat(report(study.frontier()))
        .isEqualTo(report(new SyntheticStudy(3, Basis.MEASURED).frontier()));
  }

  @Test
  void speedIsDeniedOnlyWhereItIsMissing() {
    Frontier frontier = study.frontier();
    List<FrontierPoint> uniforms = frontier.uniforms();
    assertThat(SpeedByWidth.sentence(frontier))
        .hasValueSatisfying(
            text -> assertThat(text).contains("2 bits 0.50×, 4 bits 0.50× and 8 bits 0.50×"));
    Frontier fast =
        FrontierEdits.withUniforms(
            frontier,
            List.of(FrontierEdits.timed(uniforms.get(0), 0.3), uniforms.get(1), uniforms.get(2)));
    assertThat(SpeedByWidth.sentence(fast)).isEmpty();
    Frontier slow =
        FrontierEdits.withUniforms(frontier, List.of(FrontierEdits.timed(uniforms.get(2), 1.1)));
    assertThat(SpeedByWidth.sentence(slow))
        .hasValueSatisfying(text -> assertThat(text).contains("no faster than float"));
    assertThat(SpeedByWidth.sentence(FrontierEdits.withUniforms(frontier, List.of()))).isEmpty();
  }

  @Test
  void templatesAreFilledOnceAndWholly() {
    Template template = new Template("<p>{{a}} {{b}}</p>");
    assertThat(template.fill(Map.of("a", Html.text("{{b}} $1 \\"), "b", Html.text("<"))))
        .isEqualTo("<p>{{b}} $1 \\ &lt;</p>");
    assertThatThrownBy(() -> template.fill(Map.of("a", Html.NOTHING)))
        .hasMessageContaining("{{b}}");
    assertThatThrownBy(
            () -> template.fill(Map.of("a", Html.NOTHING, "b", Html.NOTHING, "c", Html.NOTHING)))
        .hasMessageContaining("c");
  }

  @Test
  void figuresReadWell() {
    assertThat(Figures.bytes(999)).isEqualTo("999 B");
    assertThat(Figures.bytes(75_349)).isEqualTo("75.3 kB");
    assertThat(Figures.bytes(999_600)).isEqualTo("1.00 MB");
    assertThat(Figures.roundBytes(70_000)).isEqualTo("70 kB");
    assertThat(Figures.roundBytes(1_500_000)).isEqualTo("1.5 MB");
    assertThat(Figures.points(-0.00001)).isEqualTo("0.00");
    assertThat(Figures.points(-0.0123)).isEqualTo("\u22121.23");
    assertThat(Figures.percent(0.9131)).isEqualTo("91.31 %");
    assertThat(Figures.confidence(0.95)).isEqualTo("95 %");
    assertThat(Figures.confidence(0.975)).isEqualTo("97.5 %");
    assertThat(Figures.ratio(0.0784)).isEqualTo("0.078\u00d7");
    assertThat(Figures.plain("a\u0000b\nc")).isEqualTo("a b c");
    String faces = "\ud83d\ude00".repeat(60);
    assertThat(Figures.plain(faces))
        .hasSizeLessThanOrEqualTo(80)
        .startsWith(faces.substring(0, 78));
    assertThat(Figures.plain("x" + faces).codePoints().filter(c -> c >= 0xd800 && c <= 0xdfff))
        .as("halves of characters")
        .isEmpty();
    assertThat(Figures.list(List.of("a", "b", "c"))).isEqualTo("a, b and c");
  }
}
