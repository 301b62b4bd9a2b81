package dev.mixtune.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Fine-tuned plans, each above what it was trained from; nothing where there are none. */
final class FinetunedTable {
  private final Frontier frontier;

  FinetunedTable(Frontier frontier) {
    this.frontier = frontier;
  }

  Html html() {
    if (frontier.finetuned().isEmpty()) {
      return Html.NOTHING;
    }
    ComparisonTable table = new ComparisonTable(frontier);
    List<Html> rows = new ArrayList<>();
    for (FinetunedPoint each : frontier.finetuned()) {
      rows.add(table.row("", each.point().id(), each.point()));
      origin(each).ifPresent(point -> rows.add(table.row("", "from " + point.id(), point)));
    }
    List<Html> parts = new ArrayList<>();
    parts.add(Html.tag("h2", "", "Fine-tuned plans"));
    parts.add(Html.tag("div", "scroll", table.table(rows)));
    frontier.finetuned().forEach(each -> parts.add(Html.tag("p", "note", sentence(each))));
    return Html.tag("section", "", parts);
  }

  private Optional<FrontierPoint> origin(FinetunedPoint plan) {
    return Stream.concat(frontier.points().stream(), frontier.uniforms().stream())
        .filter(point -> point.id().equals(plan.from()))
        .findFirst();
  }

  private static String sentence(FinetunedPoint plan) {
    FinetunedPoint.Training training = plan.training();
    Frontier.CertificateFacts certificate = plan.certificate();
    return String.format(
            Locale.ROOT,
            "%s was trained on %s, %s; the plan of epoch %d scored best on the search split.",
            plan.point().id(),
            Figures.count(training.samples(), "sample"),
            Figures.count(training.epochs(), "epoch"),
            training.bestEpoch())
        + (certificate == null
            ? " It was scored on the holdout, and there was no limit to test it by."
            : String.format(
                Locale.ROOT,
                " On the holdout its drop is at most %s points at %s confidence (%s), tested as the"
                    + " only plan, apart from the study's own order.",
                Figures.bound(certificate.upperBound()),
                Figures.confidence(certificate.confidence()),
                Figures.count(certificate.samples(), "sample")));
  }
}
