package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.results.Economy;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.Hypervolume;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchResult;
import java.util.List;
import java.util.Locale;

/** Counts what a search paid, in samples. */
final class SearchEconomy {
  /** Of the final hypervolume, what is nearly all. */
  private static final double MOST = 0.99;

  private SearchEconomy() {}

  /**
   * The figures of a search.
   *
   * @param samples of the whole search split
   * @param corner of the hypervolume
   */
  static Economy of(SearchResult search, int samples, ReferencePoint corner, SearchMeter meter) {
    List<Evaluation> paid = search.evaluations().stream().filter(e -> samples(e) > 0).toList();
    int most = countToMostVolume(search, paid, corner);
    return new Economy(
        paid.size(),
        (int) paid.stream().filter(Evaluation::isDiscarded).count(),
        total(paid),
        (long) paid.size() * samples,
        most == 0 ? null : (Long) total(paid.subList(0, most)),
        meter.time().orElse(null));
  }

  private static long total(List<Evaluation> evaluations) {
    return evaluations.stream().mapToLong(SearchEconomy::samples).sum();
  }

  private static int samples(Evaluation evaluation) {
    PairedScore score = evaluation.score();
    Climb climb = evaluation.climb();
    if (score != null) {
      return score.samples();
    }
    return climb == null ? 0 : climb.samplesOfLastRung();
  }

  /** The fewest first evaluations whose frontier has nearly all of the final volume. */
  private static int countToMostVolume(
      SearchResult search, List<Evaluation> paid, ReferencePoint corner) {
    double wanted = MOST * volume(search, paid, corner);
    if (!(wanted > 0)) {
      return 0;
    }
    int tooFew = 0;
    int enough = paid.size();
    while (enough - tooFew > 1) {
      int middle = (tooFew + enough) >>> 1;
      if (volume(search, paid.subList(0, middle), corner) >= wanted) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return enough;
  }

  private static double volume(
      SearchResult search, List<Evaluation> evaluations, ReferencePoint corner) {
    return Hypervolume.of(
        Frontier.of(evaluations, search.dominance()), search.dominance().objectives(), corner);
  }

  /** What was paid, in one sentence. */
  static String sentence(Economy economy) {
    String most =
        economy.samplesToMostVolume() == null
            ? ""
            : String.format(
                Locale.ROOT,
                "; 99 %% of the final hypervolume after %,d (%.1f %%)",
                economy.samplesToMostVolume(),
                100.0 * economy.samplesToMostVolume() / Math.max(1, economy.samplesInFull()));
    return String.format(
        Locale.ROOT,
        "Samples: %d candidates answered %,d, where answering everything takes %,d (%.1f %%)%s;"
            + " %d were given up early because another one was better for certain.",
        economy.candidates(),
        economy.samples(),
        economy.samplesInFull(),
        100.0 * economy.samples() / Math.max(1, economy.samplesInFull()),
        most,
        economy.discarded());
  }

  /** Where the time went, in one sentence. */
  static String sentence(Economy.Time time) {
    double inside = time.openingSeconds() + time.runningSeconds();
    return String.format(
        Locale.ROOT,
        "Search: %.1f s, %d sessions; of the time in sessions %.1f %% went into opening them; outside"
            + " both %.1f %% of it; workers busy %.1f %%, processor time %.1f %% of the workers'.",
        time.searchSeconds(),
        time.sessions(),
        100 * time.openingSeconds() / inside,
        100 * time.outsideShare(),
        100 * time.workersBusyShare(),
        100 * time.processorShare());
  }
}
