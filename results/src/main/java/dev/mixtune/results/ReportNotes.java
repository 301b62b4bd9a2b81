package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import dev.mixtune.search.Rounding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The end of the report: how the numbers came about, and what they do not say. */
final class ReportNotes {
  private final Frontier frontier;
  private final RunFacts run;

  ReportNotes(Frontier frontier, RunFacts run) {
    this.frontier = frontier;
    this.run = run;
  }

  Html measurement() {
    Map<String, String> facts = new LinkedHashMap<>();
    Frontier.Reference reference = frontier.reference();
    Frontier.ReferenceScore holdout = reference.holdout();
    Frontier.Deployment deployment = frontier.latency();
    facts.put("model", frontier.model().file() + ", sha256 " + frontier.model().sha256());
    facts.put("target", frontier.target().name());
    facts.put(
        "latency",
        String.format(
            Locale.ROOT,
            "%s; batch %d, input shape %s, %s",
            LatencyBases.words(frontier),
            deployment.batch(),
            deployment.shape(),
            Figures.count(deployment.threads(), "thread")));
    facts.put(
        "share of the chosen plan's time that is modelled",
        Figures.percent(frontier.target().modelledShare()));
    facts.put("search split", scored(reference.search()));
    facts.put("holdout", holdout == null ? "not used" : scored(holdout));
    facts.put("plans evaluated", Figures.count(frontier.evaluations()));
    facts.put("seed", Long.toString(frontier.seed()));
    facts.put("started", run.started());
    facts.put("finished", run.finished());
    facts.put("time spent", Figures.count(Math.round(run.wallSeconds()), "second"));
    facts.put("search ended because", run.ended());
    facts.putAll(run.settings());
    facts.put("versions", joined(run.versions()));
    facts.put("host", joined(run.host()));
    List<Html> rows = new ArrayList<>();
    facts.forEach(
        (name, value) -> {
          rows.add(Html.tag("dt", "", name));
          rows.add(Html.tag("dd", "", value));
        });
    return Html.tag("dl", "", rows);
  }

  Html caveats() {
    List<String> words = new ArrayList<>(run.notes());
    words.add(
        "Plans were selected by their drop on the search split, so those drops are a little"
            + " too good. Only figures on the holdout are free of that.");
    words.add(
        "The certificate is about the chosen plan only, and about data like the holdout. It says"
            + " nothing about other data, about single classes, or about the other points.");
    if (frontier.points().stream().anyMatch(point -> point.rounding() == Rounding.CONTEXT)) {
      words.add(
          "Points whose names end in -context hold weights that were rounded once more for that"
              + " very plan. They were scored like any other point; no figure of theirs is taken"
              + " from the plan with the library's weights.");
    }
    words.add(latency());
    if (frontier.points().stream().anyMatch(point -> point.energy() != null)) {
      words.add(
          "Energy was measured nowhere: it is modelled from the instructions, products and bytes of"
              + " each kernel and published energies of each, of another process than the"
              + " device's. What the device draws while it waits is not in it. Compare plans by"
              + " it; the millijoules are no promise.");
    }
    words.add(
        "Sizes are those of the files. In memory, weights stored in 2 or 4 bits are unpacked when"
            + " the model is opened.");
    Frontier.MemoryFacts memory = frontier.memory();
    if (memory != null) {
      words.add(memory.method());
    }
    return Html.tag(
        "ul", "", words.stream().map(sentence -> Html.tag("li", "", sentence)).toList());
  }

  private String latency() {
    String target = frontier.target().name();
    LatencyBases bases = LatencyBases.of(frontier);
    if (frontier.latency().basis() == Basis.MEASURED) {
      return "Latencies were measured on "
          + target
          + " with the batch and threads given above; other devices, batches, threads and loads"
          + " have their own."
          + (bases.predicted() == 0
              ? ""
              : " Those of "
                  + bases.share()
                  + " were not timed before this was written: they are predicted from the plans"
                  + " that were, and are not to be promised to anyone.");
    }
    double modelled = frontier.target().modelledShare();
    String basis =
        modelled > 1 - 1e-9
            ? "No latency was measured on " + target + ": all of the predicted time is modelled."
            : "Latencies on "
                + target
                + " were predicted from its profile; of the chosen plan's time "
                + Figures.percent(modelled)
                + " is modelled, the rest was measured or scaled from measurements, kernel by"
                + " kernel.";
    return basis
        + " Compare plans by it; do not promise it to anyone before the whole model is measured.";
  }

  private static String scored(Frontier.ReferenceScore score) {
    return Figures.count(score.samples(), "sample")
        + ", float reaches "
        + Figures.metric(score.accuracy(), score.isShare());
  }

  private static String joined(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining("; "));
  }
}
