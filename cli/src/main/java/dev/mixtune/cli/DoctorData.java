package dev.mixtune.cli;

import dev.mixtune.evaluators.Duplicates;
import dev.mixtune.evaluators.Resolution;
import dev.mixtune.evaluators.SampleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What doctor says about data: samples, duplicates, and what the holdout can certify. */
final class DoctorData {
  /** Shares of answers that change although the score does not: none, few, as at 2 bits. */
  private static final double[] CHANGED = {0, 0.01, 0.03, 0.1};

  private static final String USUAL_LIMIT = "1%";

  private final Workbench bench;
  private final MaxDrop limit;
  private final double confidence;

  DoctorData(Workbench bench, RunOptions options) {
    this.bench = bench;
    this.limit = options.limit().orElseGet(() -> MaxDrop.parse(USUAL_LIMIT));
    this.confidence = options.confidenceFraction();
  }

  /** The splits, and what is twice in them. */
  List<String> samples() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Data: %d samples to search on, %d held out, %d to calibrate on; metric %s",
            bench.data().search().size(),
            bench.data().holdout().size(),
            bench.data().calibration().size(),
            bench.task().metric().id()));
    Duplicates duplicates = bench.data().duplicates();
    if (duplicates.repeated() == 0) {
      lines.add("No two scored samples are equal.");
    } else {
      lines.add(
          String.format(
              Locale.ROOT,
              "%d scored samples equal an earlier one: intervals are narrower than they should be.",
              duplicates.repeated()));
      if (duplicates.acrossSplits() > 0) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%d held-out samples are in the search split too: for them the certificate is not"
                    + " about unseen data.",
                duplicates.acrossSplits()));
      }
      if (duplicates.contradictory() > 0) {
        lines.add(duplicates.contradictory() + " of them have another label than their twin.");
      }
    }
    return lines;
  }

  /** What the holdout can certify, before any plan is known. */
  List<String> resolution() {
    SampleSet holdout = bench.data().holdout();
    Resolution resolution = new Resolution(holdout.size(), confidence);
    double reference = limit.relative() ? bench.evaluator().reference(holdout) : 1;
    double wanted = limit.absolute(reference);
    List<String> least = new ArrayList<>(List.of("smallest limit for a plan as good as float"));
    List<String> lost =
        new ArrayList<>(List.of("samples it may lose, net, under --max-drop " + limit));
    List<String> needed =
        new ArrayList<>(List.of("samples needed for --max-drop " + limit + ", as good as float"));
    List<String> half =
        new ArrayList<>(List.of("samples needed when half of that limit is really lost"));
    List<String> heading = new ArrayList<>(List.of("share of answers that change"));
    for (double changed : CHANGED) {
      heading.add(String.format(Locale.ROOT, "%.0f %%", 100 * changed));
      least.add(String.format(Locale.ROOT, "%.2f %%", 100 * resolution.smallestLimit(changed)));
      OptionalInt most = resolution.mostLost(wanted, changed);
      lost.add(most.isPresent() ? Integer.toString(most.getAsInt()) : "none will do");
      needed.add(text(resolution.needed(wanted, 0, changed)));
      half.add(text(resolution.needed(wanted, wanted / 2, changed)));
    }
    TextTable table = new TextTable(0);
    table.add(heading);
    table.add(least);
    table.add(lost);
    table.add(needed);
    table.add(half);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "What %d held-out samples can certify at %.4g %% confidence:",
            holdout.size(),
            100 * confidence));
    lines.add(table.toString().stripTrailing());
    if (resolution.smallestLimit(0) > wanted) {
      lines.add(
          "Nothing can be certified within --max-drop "
              + limit
              + " on this holdout: bring more samples, or ask for a wider limit.");
    } else if (resolution.smallestLimit(CHANGED[1]) > wanted) {
      lines.add(
          "Within --max-drop "
              + limit
              + " only plans that change hardly any answer can be certified here.");
    }
    return lines;
  }

  private static String text(OptionalLong samples) {
    return samples.isPresent() ? Long.toString(samples.getAsLong()) : "none will do";
  }
}
