package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.Duplicates;
import dev.mixtune.evaluators.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
      return lines;
    }
    lines.add(
        "Scored samples that equal an earlier one: "
            + duplicates.repeated()
            + "; intervals are narrower than they should be.");
    if (duplicates.acrossSplits() > 0) {
      lines.add(
          "Held-out samples that are in the search split too: "
              + duplicates.acrossSplits()
              + "; for them the certificate is not about unseen data.");
    }
    if (duplicates.contradictory() > 0) {
      lines.add(
          "Of these, with another label than their twin: " + duplicates.contradictory() + ".");
    }
    return lines;
  }

  /**
   * What the holdout can certify, before any plan is known.
   *
   * @param eightBits how a plan with 8 bits fared on a few samples, where there is one
   */
  List<String> resolution(Optional<PairedScore> eightBits) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "What %d held-out samples can certify at %s confidence, --max-drop %s:",
            bench.data().holdout().size(),
            new MaxDrop(confidence, false),
            limit));
    if (bench.task().metric() instanceof CountMetric) {
      lines.addAll(ofCounts());
      eightBits.flatMap(DoctorData::changed).ifPresent(lines::add);
    } else {
      lines.addAll(ofStatistic(eightBits));
    }
    return lines;
  }

  private List<String> ofCounts() {
    Resolution resolution = new Resolution(bench.data().holdout().size(), confidence);
    double wanted = limit.absolute(reference());
    List<String> least = row("smallest limit for a plan as good as float");
    List<String> lost = row("samples that a plan may lose net");
    List<String> needed = row("samples needed for a plan as good as float");
    List<String> half = row("samples needed for a plan that loses half the limit");
    List<String> heading = row("when this share of the answers changes");
    for (double changed : CHANGED) {
      heading.add(String.format(Locale.ROOT, "%.0f %%", 100 * changed));
      least.add(String.format(Locale.ROOT, "%.2f %%", 100 * resolution.smallestLimit(changed)));
      OptionalInt most = resolution.mostLost(wanted, changed);
      lost.add(most.isPresent() ? Integer.toString(most.getAsInt()) : "too few");
      needed.add(text(resolution.needed(wanted, 0, changed)));
      half.add(text(resolution.needed(wanted, wanted / 2, changed)));
    }
    TextTable table = new TextTable(0);
    List.of(heading, least, lost, needed, half).forEach(table::add);
    List<String> lines = new ArrayList<>(List.of(table.toString().stripTrailing()));
    if (resolution.smallestLimit(0) > wanted) {
      lines.add(
          "Nothing can be certified within that limit: bring more samples, or ask for a wider"
              + " limit.");
    } else if (resolution.smallestLimit(CHANGED[1]) > wanted) {
      lines.add("Only plans that change hardly any answer can be certified within that limit.");
    }
    return lines;
  }

  private static List<String> row(String name) {
    return new ArrayList<>(List.of(name));
  }

  /** The limit is relative to float's score; a part of the search split tells it well enough. */
  private double reference() {
    return limit.relative() ? bench.evaluator().reference(bench.data().search()) : 1;
  }

  private static Optional<String> changed(PairedScore score) {
    return score
        .counts()
        .map(
            counts ->
                String.format(
                    Locale.ROOT,
                    "Plain 8-bit rounding made %d of %d answers right or wrong.",
                    counts.lost() + counts.gained(),
                    score.samples()));
  }

  /** The margin of a resampled bound is known from plans only; it shrinks with the root. */
  private List<String> ofStatistic(Optional<PairedScore> eightBits) {
    if (eightBits.isEmpty()
        || !(eightBits.get().evidence() instanceof PairedScore.Resampled bound)) {
      return List.of("  not known before a plan is scored: the metric counts no right answers");
    }
    PairedScore score = eightBits.get();
    int holdout = bench.data().holdout().size();
    double margin =
        (bound.dropUpper() - score.drop()) * Math.sqrt((double) score.samples() / holdout);
    double wanted = limit.absolute(reference());
    double needed = Math.ceil(holdout * margin * margin / (wanted * wanted));
    return List.of(
        String.format(
            Locale.ROOT,
            "  about %.4f for a plan as good as float whose answers change as with plain 8-bit"
                + " rounding (from %d samples)",
            margin,
            score.samples()),
        String.format(
            Locale.ROOT,
            "  the limit is %.4f: such a plan needs about %.0f samples%s",
            wanted,
            needed,
            needed > holdout ? ", bring more or ask for a wider limit" : ""));
  }

  private static String text(OptionalLong samples) {
    return samples.isPresent() ? Long.toString(samples.getAsLong()) : "-";
  }
}
