package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The places of the report's smaller charts, and the words around them. */
final class ReportCharts {
  private final StudyView view;
  private final @Nullable SensitivityMap sensitivity;
  private final RunFacts run;

  ReportCharts(StudyView view, @Nullable SensitivityMap sensitivity, RunFacts run) {
    this.view = view;
    this.sensitivity = sensitivity;
    this.run = run;
  }

  /** Damage as bars; empty where it was not measured. */
  Html bars() {
    if (sensitivity == null || sensitivity.cells().isEmpty()) {
      return Html.NOTHING;
    }
    TreeSet<Integer> widths = new TreeSet<>();
    sensitivity.cells().forEach(cell -> widths.add(cell.bits()));
    List<Html> words = new ArrayList<>();
    words.add(
        Html.text(
            "What each width costs each layer alone ("
                + sensitivity.measure()
                + ", log scale); framed is what the selected plan uses:"));
    for (int bits : widths) {
      words.add(Html.tag("i", "swatch b" + bits));
      words.add(Html.text(bits + " bits"));
    }
    return Html.join(List.of(Html.tag("p", "note", words), Html.place("bars", "chart")));
  }

  /** Predicted against measured latency; empty where nothing was both. */
  Html latency() {
    List<FrontierPoint> both = predictedAndMeasured(view.frontier());
    if (both.isEmpty()) {
      return Html.NOTHING;
    }
    return section(
        "Latency, predicted against measured",
        Html.join(
            List.of(Html.place("predicted", "chart"), Html.tag("p", "note", agreement(both)))));
  }

  /** Points whose latency was measured after a model had predicted it, each once. */
  static List<FrontierPoint> predictedAndMeasured(Frontier frontier) {
    List<FrontierPoint> both = new ArrayList<>();
    TreeSet<String> seen = new TreeSet<>();
    Stream.concat(frontier.points().stream(), frontier.uniforms().stream())
        .filter(p -> p.latencyBasis() == Basis.MEASURED && p.predictedLatencyMs() != null)
        .filter(p -> seen.add(p.id()))
        .forEach(both::add);
    return both;
  }

  /** How far predictions are from what was measured. */
  static String agreement(List<FrontierPoint> both) {
    double[] errors =
        both.stream()
            .mapToDouble(
                p -> {
                  Double predicted = p.predictedLatencyMs();
                  return predicted == null ? 0 : Math.abs(predicted / p.latencyMs() - 1);
                })
            .sorted()
            .toArray();
    double median = (errors[(errors.length - 1) / 2] + errors[errors.length / 2]) / 2;
    return String.format(
        Locale.ROOT,
        "%s: the prediction is off by %.1f %% in the median and %.1f %% at most. The line is"
            + " agreement, bars are the error of the measurement. The rest of this report shows"
            + " what was measured of these plans.",
        Figures.count(both.size(), "plan"),
        100 * median,
        100 * Arrays.stream(errors).max().orElse(0));
  }

  /** The hypervolume as it grew; empty where that is not known. */
  Html history() {
    Frontier.Hypervolume volume = view.frontier().hypervolume();
    if (view.history().isEmpty() || volume == null) {
      return Html.NOTHING;
    }
    String words =
        "Share of the box between nothing at all (no drop, time, bytes) and the corner in "
            + String.join(", ", volume.objectives())
            + " that the frontier beats, as the search went on. Time in which the study was stopped"
            + " counts too.";
    return section(
        "How the search went",
        Html.join(List.of(Html.place("volume", "chart"), Html.tag("p", "note", words))));
  }

  /** What was measured and what was modelled, one statement each. */
  Html basis() {
    Frontier frontier = view.frontier();
    boolean measured = frontier.latency().basis() == Basis.MEASURED;
    List<String> words = new ArrayList<>();
    words.add(
        "Measured: every drop on this page, on the real kernels of the file that would ship, on"
            + " the same samples as the float model.");
    words.add("Measured: every size, in bytes of the file.");
    words.add(
        measured
            ? measured(frontier)
            : "Not measured: latencies on "
                + Figures.plain(frontier.target().name())
                + " are predictions from its profile; "
                + Figures.percent(frontier.target().modelledShare())
                + " of the chosen plan's time comes from modelled entries.");
    words.add(
        "Damages of single layers are measured with all other layers float; that they add up is an"
            + " assumption that the search uses and the frontier's scores do not.");
    return Html.tag("ul", "", words.stream().map(word -> Html.tag("li", "", word)).toList());
  }

  private static String measured(Frontier frontier) {
    LatencyBases bases = LatencyBases.of(frontier);
    String how =
        "end to end on "
            + Figures.plain(frontier.target().name())
            + " in turn with the float model";
    return bases.predicted() == 0
        ? "Measured: every latency, " + how + "."
        : "Measured: latencies, "
            + how
            + ", but not those of "
            + bases.share()
            + ", which nobody had timed when this was written: they are predicted and say so.";
  }

  /** The command that made the study, and how far it makes it again. */
  Html repeat() {
    boolean same =
        view.frontier().latency().basis() != Basis.MEASURED
            && !run.command().contains("--budget")
            && run.command().contains("--max-evaluations");
    String words =
        same
            ? "With the same model, data, profile and versions, this command gives the same"
                + " frontier.json byte for byte."
            : "With the same model, data and versions, this command evaluates the same plans in"
                + " the same order; time decides where it ends, and measured latencies carry their"
                + " noise.";
    return Html.join(
        List.of(
            Html.withId("pre", "command", run.command()),
            Html.hiddenButton("copy", "plain", "copy"),
            Html.tag("p", "note", words)));
  }

  private static Html section(String title, Html content) {
    return Html.tag("section", "", Html.tag("h2", "", title), content);
  }
}
