package dev.mixtune.results;

import org.jspecify.annotations.Nullable;

/**
 * How good the latency model is that plans were predicted with before they were timed: its error on
 * timed plans, each predicted by all others.
 *
 * @param plans how many plans
 * @param medianError relative, 0..
 * @param p95Error the error that 95 % of them stay within
 * @param withinTenth share of them with an error of at most 0.1
 * @param rankCorrelation Spearman's; null when all plans take the same time
 */
public record PredictionFacts(
    int plans,
    double medianError,
    double p95Error,
    double withinTenth,
    @Nullable Double rankCorrelation) {
  public PredictionFacts {
    Numbers.requireFinite("medianError", medianError);
    Numbers.requireFinite("p95Error", p95Error);
    Numbers.requireFinite("withinTenth", withinTenth);
    if (rankCorrelation != null) {
      Numbers.requireFinite("rankCorrelation", rankCorrelation);
    }
  }
}
