package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Basis;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the report in a browser, clicks every point, and reads what it says. */
class ReportBrowserTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs after the page's own program; what it finds comes back percent-encoded. */
  private static final String PROBE =
      """
      <script>
      (function () {
        const found = { points: [], axes: [], keys: [], wide: false, strip: '', charts: [] };
        const marks = () => [...document.querySelectorAll('#plot .point[data-id]')];
        for (const id of marks().map(m => m.dataset.id)) {
          marks().find(m => m.dataset.id === id).dispatchEvent(new MouseEvent('click', { bubbles: true }));
          const box = document.getElementById('details');
          found.points.push({ id, title: box.querySelector('h3').textContent, text: box.querySelector('p').textContent,
            bits: [...box.querySelectorAll('.strip > *')].map(n => Number(n.textContent)) });
        }
        const cell = document.querySelector('#details .strip button');
        cell.focus();
        found.strip = [...document.querySelectorAll('#details p.note')].pop().textContent;
        for (const x of ['drop', 'size', 'latency', 'bits']) for (const y of ['drop', 'size', 'latency', 'bits']) {
          for (const [id, value] of [['across', x], ['up', y]]) {
            const box = document.getElementById(id);
            box.value = value;
            box.dispatchEvent(new Event('change'));
          }
          const svg = document.querySelector('#plot svg');
          const spread = new Set(marks().map(m => m.getAttribute('d').match(/M([-0-9.]+)/)[1]));
          found.axes.push({ x, y, marks: marks().length, bad: /NaN|Infinity|undefined/.test(svg.outerHTML),
            distinct: spread.size, label: [...svg.querySelectorAll('text.axis')].map(t => t.textContent) });
        }
        let mark = marks().find(m => m.getAttribute('tabindex') === '0');
        mark.focus();
        for (let i = 0; i < marks().length; i++) {
          found.keys.push(document.activeElement.dataset.id);
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
        }
        found.tip = (document.querySelector('.tip') || { textContent: '' }).textContent;
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        found.entered = document.querySelector('#details h3').textContent;
        found.wide = document.documentElement.scrollWidth > window.innerWidth;
        for (const id of ['bars', 'volume', 'predicted']) {
          const chart = document.getElementById(id);
          found.charts.push({ id, shapes: chart ? chart.querySelectorAll('rect, path').length : 0,
            bad: chart ? /NaN|Infinity|undefined/.test(chart.innerHTML) : false });
        }
        found.page = getComputedStyle(document.documentElement).backgroundColor;
        const out = document.createElement('pre');
        out.id = 'found';
        out.textContent = encodeURIComponent(JSON.stringify(found));
        document.body.appendChild(out);
      })();
      </script>
      </body>""";

  @TempDir Path folder;

  private final SyntheticStudy study = new SyntheticStudy(3, Basis.MEASURED);
  private final Frontier frontier = study.frontier();

  private JsonNode look(int width, boolean dark) throws Exception {
    return look(frontier, study.sensitivity(), width, dark);
  }

  private JsonNode look(
      Frontier frontier, @Nullable SensitivityMap sensitivity, int width, boolean dark)
      throws Exception {
    StudyView view =
        new StudyView(
            frontier,
            study.view().evaluated(),
            List.of(
                new StudyView.VolumeStep(1, 0, 0.1),
                new StudyView.VolumeStep(40, 12.5, 0.6),
                new StudyView.VolumeStep(404, 300, 0.713)));
    String page = new HtmlReport(view, sensitivity, SyntheticStudy.run()).text();
    Path file = Files.writeString(folder.resolve("report.html"), page.replace("</body>", PROBE));
    Browser.Page seen = Browser.open(file, folder, width, dark);
    assertThat(seen.console()).as("the console").isEmpty();
    Matcher found = Pattern.compile("<pre id=\"found\">(.*?)</pre>").matcher(seen.dom());
    assertThat(found.find()).as("the probe ran to its end").isTrue();
    return JSON.readTree(URLDecoder.decode(found.group(1), StandardCharsets.UTF_8));
  }

  @Test
  void everyPointCanBeClickedAndSaysWhatFrontierJsonSays() throws Exception {
    JsonNode found = look(1200, false);
    JsonNode written = JSON.readTree(FrontierJson.text(frontier));
    List<JsonNode> expected = new ArrayList<>();
    written.get("points").forEach(expected::add);
    for (JsonNode uniform : written.get("uniforms")) {
      if (expected.stream().noneMatch(p -> p.get("id").equals(uniform.get("id")))) {
        expected.add(uniform);
      }
    }
    assertThat(found.get("points")).hasSize(expected.size());
    for (JsonNode point : expected) {
      JsonNode shown = null;
      for (JsonNode each : found.get("points")) {
        shown = each.get("id").equals(point.get("id")) ? each : shown;
      }
      assertThat(shown).as(point.get("id").asText()).isNotNull();
      assertThat(shown.get("bits")).isEqualTo(point.get("bits"));
      assertThat(shown.get("text").asText())
          .contains(
              "drop " + points(point.get("search").get("drop").asDouble()) + " points",
              points(point.get("search").get("dropInterval").get(0).asDouble()),
              String.format(
                  Locale.ROOT, "%.2f bits per weight", point.get("averageBits").asDouble()),
              Double.parseDouble(
                      String.format(Locale.ROOT, "%.3g", point.get("latencyMs").asDouble()))
                  + " ms",
              " MB of memory at most (");
    }
    assertThat(found.get("strip").asText())
        .contains(frontier.layers().get(0).name())
        .contains(" bits (");
    assertThat(found.get("wide").asBoolean()).as("wider than the window").isFalse();
  }

  private static String points(double fraction) {
    return String.format(Locale.ROOT, "%.2f", 100 * fraction).replace('-', '\u2212');
  }

  @Test
  void anyTwoAxesCanBePickedAndKeysReachEveryPoint() throws Exception {
    JsonNode found = look(390, true);
    assertThat(found.get("axes")).hasSize(16);
    int points = found.get("points").size();
    for (JsonNode axes : found.get("axes")) {
      assertThat(axes.get("marks").asInt()).isEqualTo(points);
      assertThat(axes.get("bad").asBoolean()).as(axes.toString()).isFalse();
      assertThat(axes.get("distinct").asInt()).as(axes.toString()).isGreaterThan(2);
    }
    List<String> reached = new ArrayList<>();
    found.get("keys").forEach(key -> reached.add(key.asText()));
    assertThat(reached).hasSize(points).doesNotHaveDuplicates();
    assertThat(found.get("tip").asText()).contains("bits per weight");
    assertThat(found.get("entered").asText()).contains(reached.get(0));
    assertThat(found.get("wide").asBoolean()).as("wider than a phone").isFalse();
    assertThat(found.get("page").asText()).isEqualTo("rgb(20, 23, 26)");
    for (JsonNode chart : found.get("charts")) {
      assertThat(chart.get("shapes").asInt()).as(chart.toString()).isPositive();
      assertThat(chart.get("bad").asBoolean()).as(chart.toString()).isFalse();
    }
  }

  @Test
  void withoutDamagesAndWithAPlanThatNobodyTimedEverythingElseIsThere() throws Exception {
    List<FrontierPoint> points = new ArrayList<>(frontier.points());
    FrontierPoint predicted = FrontierEdits.predicted(points.get(0));
    points.set(0, predicted);
    JsonNode found = look(FrontierEdits.with(frontier, points), null, 1200, false);
    for (JsonNode shown : found.get("points")) {
      boolean isTimed = !shown.get("id").asText().equals(predicted.id());
      assertThat(shown.get("text").asText().contains("modelled, not measured")).isEqualTo(!isTimed);
      assertThat(shown.get("text").asText().contains("predicted before it was measured"))
          .isEqualTo(isTimed);
    }
    assertThat(found.get("charts").get(0).get("shapes").asInt()).isZero();
    assertThat(found.get("charts").get(1).get("shapes").asInt()).isPositive();
    // Grid and diagonal are lines: a path is the mark of a plan that was measured.
    assertThat(found.get("charts").get(2).get("shapes").asInt())
        .isEqualTo(found.get("points").size() - 1);
  }

  @Test
  void aNightOfEvaluationsStaysSmall() {
    List<StudyView.Candidate> many = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      many.add(new StudyView.Candidate(1e-5 * i, 0.3 + 1e-5 * i, 100_000L + i));
    }
    String page =
        new HtmlReport(new StudyView(frontier, many), study.sensitivity(), SyntheticStudy.run())
            .text();
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(5_000_000);
  }
}
