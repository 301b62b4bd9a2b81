package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.Score;
import dev.mixtune.results.StudyFolder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The last lines that a study prints. */
final class Summary {
  private final Console console;

  Summary(Console console) {
    this.console = console;
  }

  void print(
      Frontier frontier,
      Finding finding,
      ChosenFile.Written written,
      List<String> robustness,
      StudyFolder folder) {
    console.say("");
    console.say(
        String.format(
            Locale.ROOT,
            "%-14s %9s %22s %9s %9s %9s %6s",
            "plan",
            "drop",
            "(holdout, interval)",
            "latency",
            "ms",
            "size",
            "bits"));
    List<FrontierPoint> rows = new ArrayList<>(frontier.uniforms());
    frontier.points().stream()
        .filter(point -> point.chosen() && point.uniform() == null)
        .forEach(rows::add);
    rows.sort(Comparator.comparingLong(FrontierPoint::sizeBytes).reversed());
    rows.forEach(point -> console.say(row(point)));
    console.say("");
    console.say(finding.message());
    console.say(
        String.format(
            Locale.ROOT,
            "chosen.onnx%s: %d bytes (%.3f of the float file), %.3f of the float model's time"
                + " (%.3f ms%s).",
            written.again() ? ", read back from disk" : "",
            written.sizeBytes(),
            (double) written.sizeBytes() / frontier.reference().sizeBytes(),
            written.latency().ratio(),
            written.latency().millis(),
            written.latency().basis() == Basis.MEASURED
                ? String.format(Locale.ROOT, ", +-%.1f %%", 100 * written.latency().relativeError())
                : ""));
    console.say(written.basis());
    frontier
        .chosen()
        .map(FrontierPoint::energy)
        .ifPresent(
            energy ->
                console.say(
                    String.format(
                        Locale.ROOT,
                        "Its energy, modelled and never measured: %.3g mJ, %.3f of the float"
                            + " model's.",
                        energy.millijoules(),
                        energy.ratio())));
    RefinementTally.of(finding.search().evaluations()).sentence().ifPresent(console::say);
    robustness.forEach(console::say);
    console.say("Report: " + folder.reportHtml());
  }

  private static String row(FrontierPoint point) {
    Score score = point.holdout() == null ? point.search() : point.holdout();
    String name =
        point.uniform() == null
            ? "chosen"
            : "uniform " + point.uniform() + (point.chosen() ? " *" : "");
    return String.format(
        Locale.ROOT,
        "%-14s %8.2f%% %22s %9.3f %9.3f %8.3f %6.2f%s",
        name,
        100 * score.drop(),
        String.format(
            Locale.ROOT,
            "(%.2f to %.2f)",
            100 * score.dropInterval().low(),
            100 * score.dropInterval().high()),
        point.latencyRatio(),
        point.latencyMs(),
        point.sizeRatio(),
        point.averageBits(),
        point.holdout() == null ? "  search data" : "");
  }
}
