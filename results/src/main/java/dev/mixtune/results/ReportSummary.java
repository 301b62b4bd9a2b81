package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The top of the report: the chosen plan in four figures, and what is certain about it. */
final class ReportSummary {
  private final Frontier frontier;
  private final StudyStatus status;

  ReportSummary(Frontier frontier, StudyStatus status) {
    this.frontier = frontier;
    this.status = status;
  }

  Html headline() {
    return frontier
        .chosen()
        .map(point -> Html.text(headline(point)))
        .orElse(Html.text("No plan was chosen"));
  }

  private static String headline(FrontierPoint point) {
    double smaller = 1 / point.sizeRatio();
    double faster = 1 / point.latencyRatio();
    String size =
        smaller >= 1
            ? String.format(Locale.ROOT, "%.1f\u00d7 smaller", smaller)
            : String.format(Locale.ROOT, "%.2f\u00d7 the size", point.sizeRatio());
    String speed =
        faster >= 1
            ? String.format(Locale.ROOT, "%.2f\u00d7 as fast", faster)
            : String.format(Locale.ROOT, "%.2f\u00d7 the time", point.latencyRatio());
    String basis =
        point.latencyBasis() == Basis.MEASURED
            ? ""
            : " (" + Figures.basis(point.latencyBasis()) + ")";
    double drop = known(point).drop();
    String change = Figures.points(Math.abs(drop)) + " points " + (drop < 0 ? "gained" : "lost");
    return size + ", " + speed + basis + ", " + change;
  }

  Html tiles() {
    return frontier.chosen().map(point -> Html.join(tiles(point))).orElse(Html.NOTHING);
  }

  private List<Html> tiles(FrontierPoint point) {
    Frontier.Reference reference = frontier.reference();
    Score score = known(point);
    String split = point.holdout() == null ? "search data" : "holdout";
    List<Html> tiles = new ArrayList<>();
    tiles.add(
        tile(
            "File size",
            Figures.bytes(point.sizeBytes()),
            Figures.ratio(point.sizeRatio())
                + " of float's "
                + Figures.bytes(reference.sizeBytes())));
    tiles.add(
        tile(
            "One inference",
            Figures.millis(point.latencyMs()),
            Figures.ratio(point.latencyRatio())
                + " of float's "
                + Figures.millis(reference.latencyMs())
                + ", "
                + Figures.basis(point.latencyBasis())));
    FrontierPoint.EnergyFacts energy = point.energy();
    if (energy != null) {
      tiles.add(
          tile(
              "Energy of one inference",
              String.format(Locale.ROOT, "%.3g mJ", energy.millijoules()),
              Figures.ratio(energy.ratio())
                  + " of float's, "
                  + Figures.basis(energy.basis())
                  + ", never measured"));
    }
    tiles.add(
        tile(
            "Drop of " + Figures.plain(frontier.metric()),
            Figures.points(score.drop()) + " points",
            split
                + ", "
                + Figures.confidence(frontier.limit().confidence())
                + " interval "
                + Figures.interval(score.dropInterval())));
    tiles.add(
        tile(
            "Bits per weight",
            String.format(Locale.ROOT, "%.2f", point.averageBits()),
            "on average, scales included; float has 32"));
    return tiles;
  }

  Html certificate() {
    CertificateWords words = new CertificateWords(frontier, status);
    CertificateWords.Verdict verdict = words.verdict();
    String css = "badge " + verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return Html.tag(
        "p",
        "certificate",
        Html.tag("strong", css, verdict.word()),
        Html.text(" " + String.join(" ", words.sentences())));
  }

  Html speed() {
    return SpeedByWidth.sentence(frontier)
        .map(sentence -> Html.tag("p", "speed", sentence))
        .orElse(Html.NOTHING);
  }

  private static Score known(FrontierPoint point) {
    Score holdout = point.holdout();
    return holdout == null ? point.search() : holdout;
  }

  private static Html tile(String name, String value, String note) {
    return Html.tag(
        "div",
        "tile",
        Html.tag("span", "name", name),
        Html.tag("span", "value", value),
        Html.tag("span", "note", note));
  }
}
