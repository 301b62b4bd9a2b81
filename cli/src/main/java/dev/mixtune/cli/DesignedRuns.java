package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.hardware.MixDesign;
import dev.mixtune.hardware.PredictionError;
import dev.mixtune.hardware.TimerSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times whole networks by a design, the uniform plans first and then mixes, until the model fitted
 * to them predicts well enough or the time for it is over. Many plans timed briefly tell more than
 * a few timed well: what one run misses others average out.
 */
final class DesignedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(DesignedRuns.class);

  /** How each of these plans is timed. */
  static final TimerSettings TIMING = new TimerSettings(0.01, 0.95, 100_000_000L, 3, 15, 0.05, 2);

  /** Draws in a row that bring nothing new, after which there is nothing new. */
  private static final int MOST_REPEATS = 40;

  private static final int FIRST_LOOK = 24;
  private static final double LOOKS_GROW = 1.4;

  private final KernelChoices choices;
  private final MixDesign design;
  private final Deque<int[]> uniform;
  private final Set<String> seen = new HashSet<>();

  DesignedRuns(KernelChoices choices, long seed) {
    this.choices = choices;
    this.design = new MixDesign(choices.counts(), new Random(seed));
    this.uniform = new ArrayDeque<>(choices.uniform());
  }

  /**
   * Lowers and times a plan; what a runtime refuses is left out. Timing may be cancelled, by a stop
   * that comes while another study has its turn.
   */
  interface Stopwatch {
    LoweredPlan lowered(Plan plan);

    void time(LoweredPlan lowered);
  }

  /**
   * Times plans.
   *
   * @param predictions learns from what the stopwatch times
   * @param wanted the error at 95 % of unseen plans at which it is enough; 0 for never
   * @param most plans
   * @param skip plans that are not to be timed, by their kernel signature
   * @param over when the time is over
   */
  void run(
      HostPredictions predictions,
      Stopwatch stopwatch,
      double wanted,
      int most,
      Predicate<String> skip,
      BooleanSupplier over) {
    int nextLook = FIRST_LOOK;
    int repeats = 0;
    int timed = 0;
    while (timed < most && repeats < MOST_REPEATS && !over.getAsBoolean()) {
      int[] mix = uniform.isEmpty() ? design.next() : uniform.removeFirst();
      LoweredPlan lowered = stopwatch.lowered(choices.plan(mix));
      if (skip.test(lowered.kernelSignature()) || !seen.add(lowered.kernelSignature())) {
        repeats++;
        continue;
      }
      repeats = 0;
      timed++;
      try {
        stopwatch.time(lowered);
      } catch (RuntimeFailure e) {
        LOG.warn("a mix of kernels cannot be timed: {}", lowered.plan().key(), e);
      } catch (CancellationException e) {
        if (!over.getAsBoolean()) {
          throw e;
        }
        return;
      }
      if (predictions.plans() >= nextLook) {
        nextLook = (int) Math.ceil(predictions.plans() * LOOKS_GROW);
        if (predictions.error().map(PredictionError::p95).orElse(1.0) <= wanted) {
          return;
        }
      }
    }
  }

  /** What the model reaches, in words. */
  static String sentence(HostPredictions predictions, Duration taken) {
    return predictions
        .error()
        .map(
            error ->
                String.format(
                    Locale.ROOT,
                    "latency model: %d plans timed in %s; cross-validated error of its predictions:"
                        + " %s%s",
                    predictions.plans(),
                    Console.text(taken),
                    error.words(),
                    predictions.isTrusted()
                        ? ""
                        : " (too much to decide by: every candidate is timed)"))
        .orElse("latency model: too few different plans; every candidate is timed");
  }
}
