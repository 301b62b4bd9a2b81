package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

class PlotTest {
  private final SyntheticStudy study = new SyntheticStudy(3, Basis.MEASURED);

  private static Document parse(byte[] svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
  }

  private static List<String> texts(Document document) {
    NodeList nodes = document.getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  /** Filled round shapes in the colour of the frontier; each point of it is one. */
  private static int frontierDots(Document document) {
    NodeList paths = document.getElementsByTagName("path");
    int count = 0;
    for (int i = 0; i < paths.getLength(); i++) {
      Element path = (Element) paths.item(i);
      boolean round = path.getAttribute("d").contains("C");
      count += round && fill(path).equals("rgb(0,114,178)") ? 1 : 0;
    }
    return count;
  }

  /** The fill that an element has or inherits. */
  private static String fill(Node node) {
    for (Node at = node; at instanceof Element element; at = at.getParentNode()) {
      if (element.hasAttribute("fill")) {
        return element.getAttribute("fill");
      }
    }
    return "";
  }

  private static void assertNoBadNumbers(byte[] svg) {
    String text = new String(svg, StandardCharsets.UTF_8);
    assertThat(text).doesNotContain("NaN").doesNotContain("Infinity");
  }

  private static int pixels(BufferedImage image, Color colour) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xffffff) == (colour.getRGB() & 0xffffff) ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void theImageHasItsSizeAndItsMarks() throws IOException {
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(new ParetoPlot(study.view()).png()));
    assertThat(image.getWidth()).isEqualTo(2400);
    assertThat(image.getHeight()).isEqualTo(1080);
    assertThat(pixels(image, new Color(0x009e73))).as("chosen, green").isGreaterThan(300);
    assertThat(pixels(image, new Color(0xd55e00))).as("uniform, orange").isGreaterThan(300);
    assertThat(pixels(image, new Color(0x0072b2))).as("frontier, blue").isGreaterThan(2000);
  }

  @Test
  void theDrawingShowsEveryPointOfTheFrontierInBothPanels() throws Exception {
    byte[] svg = new ParetoPlot(study.view()).svg();
    Document document = parse(svg);
    assertThat(document.getDocumentElement().getAttribute("viewBox")).isEqualTo("0 0 1200 540");
    double top = PlotWindow.of(study.view()).dropHigh();
    long inside =
        study.frontier().points().stream().filter(p -> 100 * p.search().drop() <= top).count();
    assertThat(inside).isGreaterThan(10);
    // Both panels and the dot in the legend.
    assertThat(frontierDots(document)).isEqualTo((int) (2 * inside + 1));
    assertThat(texts(document))
        .contains("Size", "Latency (measured)", "16 bit", "8 bit", "float", "limit 1.00")
        .anyMatch(text -> text.startsWith("chosen "))
        .anyMatch(text -> text.startsWith("2 bit \u2191 "))
        .anyMatch(text -> text.contains("4,000 samples") && text.contains("95 %"));
    assertNoBadNumbers(svg);
  }

  @Test
  void aModelledLatencyIsCalledSo() throws Exception {
    StudyView view = new SyntheticStudy(3, Basis.MODELLED).view();
    assertThat(texts(parse(new ParetoPlot(view).svg())))
        .contains("Latency (modelled, not measured)");
  }

  @Test
  void theSameStudyGivesTheSameDrawingInEveryLocale() {
    byte[] first = new ParetoPlot(study.view()).svg();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(new ParetoPlot(study.view()).svg()).isEqualTo(first);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void degenerateStudiesCanBeDrawn() throws Exception {
    Frontier frontier = study.frontier();
    FrontierPoint chosen = frontier.chosen().orElseThrow();
    List<FrontierPoint> sameTime =
        frontier.points().stream().map(point -> FrontierEdits.timed(point, 1)).toList();
    Score better = SyntheticStudy.score(-0.02, SyntheticStudy.SEARCH);
    Score equal = new Score(0.9, 0, new Interval(0, 0), 10, 9, 0, 0);
    List<Frontier> cases =
        List.of(
            FrontierEdits.withUniforms(FrontierEdits.with(frontier, sameTime), List.of()),
            FrontierEdits.with(frontier, List.of(chosen)),
            FrontierEdits.withUniforms(
                FrontierEdits.with(frontier, List.of(FrontierEdits.scored(chosen, better))),
                List.of()),
            FrontierEdits.withUniforms(
                FrontierEdits.with(
                    FrontierEdits.with(
                        frontier,
                        List.of(FrontierEdits.scored(FrontierEdits.timed(chosen, 1), equal))),
                    new Frontier.Limit(null, false, 0.9)),
                List.of()),
            FrontierEdits.withUniforms(FrontierEdits.with(frontier, List.of()), List.of()));
    for (Frontier odd : cases) {
      StudyView view = new StudyView(odd, List.of());
      byte[] svg = new ParetoPlot(view).svg();
      assertNoBadNumbers(svg);
      assertThat(texts(parse(svg))).contains("float");
      assertThat(new HtmlReport(view, null, SyntheticStudy.run()).text()).doesNotContain("NaN");
    }
  }

  @Test
  void theWindowLeavesHopelessPlansAboveIt() {
    PlotWindow window = PlotWindow.of(study.view());
    assertThat(window.dropHigh()).isBetween(1.5, 5.0);
    assertThat(window.dropLow()).isNegative();
    assertThat(window.above(0.80)).isTrue();
    assertThat(window.above(0.01)).isFalse();
    assertThat(window.clip(0.80)).isEqualTo(window.dropHigh());
    assertThat(window.clip(0.01)).isEqualTo(1.0);
  }

  @Test
  void ticksOfSizesAreRoundAndFew() {
    assertThat(SizeAxis.values(70_000, 1_200_000))
        .contains(100_000.0, 1_000_000.0)
        .hasSizeBetween(4, 9)
        .isSorted();
    assertThat(SizeAxis.values(1e3, 1e9)).hasSizeBetween(4, 9);
  }

  @Test
  void aHundredLayersMakeATallPlot() throws Exception {
    List<String> layers = new ArrayList<>();
    List<SensitivityMap.Cell> cells = new ArrayList<>();
    for (int layer = 0; layer < 100; layer++) {
      layers.add("/a/very/long/path/through/the/model/to/layer" + layer + "/Conv");
      cells.add(new SensitivityMap.Cell(layer, "w4a8", 4, layer * 1e-5, 0));
      cells.add(new SensitivityMap.Cell(layer, "w2a8", 2, layer * 1e-3, 0));
    }
    SensitivityPlot plot = new SensitivityPlot(layers, new SensitivityMap("KL", 256, cells));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(plot.png()));
    assertThat(image.getHeight()).isGreaterThan(100 * 30);
    assertNoBadNumbers(plot.svg());
    assertThat(texts(parse(plot.svg()))).anyMatch(text -> text.endsWith("layer99/Conv"));
    SensitivityPlot empty =
        new SensitivityPlot(List.of("a"), new SensitivityMap("KL", 1, List.of()));
    assertNoBadNumbers(empty.svg());
  }
}
