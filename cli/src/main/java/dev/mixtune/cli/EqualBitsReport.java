package dev.mixtune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;

/**
 * What {@code tune bench equal-bits} found.
 *
 * @param task its name
 * @param layers with a choice
 * @param samples that plans were searched on
 * @param unseen samples that they are judged by
 * @param sensitivity what it cost and how well it predicts
 * @param limits one for each average width
 */
record EqualBitsReport(
    String task, int layers, int samples, int unseen, Cost sensitivity, List<Limit> limits) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  EqualBitsReport {
    limits = List.copyOf(limits);
  }

  /**
   * Isolated sensitivities against coefficients in context.
   *
   * @param isolatedPlans one layer in one scheme each
   * @param contextPlans whole plans measured in addition
   * @param isolatedSeconds wall clock
   * @param contextSeconds of the additional ones, the fit included
   */
  record Cost(int isolatedPlans, int contextPlans, double isolatedSeconds, double contextSeconds) {
    /** Plans of both together, by those of the isolated analysis. */
    double times() {
      return (isolatedPlans + contextPlans) / (double) isolatedPlans;
    }
  }

  /**
   * A plan that somebody found within a limit.
   *
   * @param by who
   * @param evaluations unique plans that it took
   * @param averageBits of the weights alone, scales and tables left out
   * @param storedBits with them
   * @param searchKl on the samples that it was searched on, in nats
   * @param unseenKl on the others
   * @param key of the plan
   */
  record Found(
      String by,
      int evaluations,
      double averageBits,
      double storedBits,
      double searchKl,
      double unseenKl,
      String key) {}

  /**
   * One average width.
   *
   * @param bits the limit
   * @param found by each
   * @param isolatedRank Spearman's rank correlation of summed isolated sensitivities and measured
   *     divergences over the direct search's plans
   * @param contextRank of the predictions in context
   */
  record Limit(double bits, List<Found> found, double isolatedRank, double contextRank) {
    Limit {
      found = List.copyOf(found);
    }

    Found by(String name) {
      return found.stream().filter(f -> f.by().equals(name)).findFirst().orElseThrow();
    }
  }

  /** Who found a plan. */
  static final String ISOLATED = "knapsack, isolated";

  static final String CONTEXT = "knapsack, in context";
  static final String OURS = "Mixtune";
  static final String CONFIRMED = "Mixtune, confirmed";
  static final String DIRECT = "direct";

  String json() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of numbers and text", e);
    }
  }

  /** Lines for people. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %d layers with a choice, searched on %d samples, judged by KL on %d unseen ones",
        task,
        layers,
        samples,
        unseen);
    line(
        text,
        "sensitivity: %d plans isolated in %.1f s, %d more in context in %.1f s: %.2f times the"
            + " plans",
        sensitivity.isolatedPlans(),
        sensitivity.isolatedSeconds(),
        sensitivity.contextPlans(),
        sensitivity.contextSeconds(),
        sensitivity.times());
    line(
        text,
        "%5s  %-20s %6s %6s %6s %11s %11s %10s %10s",
        "limit",
        "plan of",
        "plans",
        "bits",
        "stored",
        "search KL",
        "unseen KL",
        "of isolated",
        "of direct");
    for (Limit limit : limits) {
      for (Found found : limit.found()) {
        line(
            text,
            "%5.1f  %-20s %6d %6.3f %6.3f %11.6f %11.6f %10.3f %10.3f",
            limit.bits(),
            found.by(),
            found.evaluations(),
            found.averageBits(),
            found.storedBits(),
            found.searchKl(),
            found.unseenKl(),
            found.unseenKl() / limit.by(ISOLATED).unseenKl(),
            found.unseenKl() / limit.by(DIRECT).unseenKl());
      }
      line(
          text,
          "%5s  rank correlation with direct's plans: isolated %.3f, in context %.3f",
          "",
          limit.isolatedRank(),
          limit.contextRank());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }
}
