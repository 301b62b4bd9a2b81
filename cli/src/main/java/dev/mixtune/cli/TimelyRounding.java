package dev.mixtune.cli;

import dev.mixtune.engine.fitting.FittingProgress;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds the weights of a study in time: where the fitted rounding would take more than its part of
 * the budget, all layers are rounded to the least error of their weights instead, which takes a
 * moment. Activation ranges that were fitted by then stay. A study keeps the rounding that it began
 * with, however often it is resumed.
 */
final class TimelyRounding {
  private static final Logger LOG = LoggerFactory.getLogger(TimelyRounding.class);

  private final Workbench bench;
  private final StudyMemory memory;
  private final Deadline deadline;
  private final Console console;

  TimelyRounding(Workbench bench, StudyMemory memory, Deadline deadline, Console console) {
    this.bench = bench;
    this.memory = memory;
    this.deadline = deadline;
    this.console = console;
  }

  /**
   * Makes the bench ready for candidates.
   *
   * @param menus take the implementations that are chosen
   * @param compared the implementations; asked once there are activation ranges
   * @throws CancellationException when the user asks to stop
   */
  void run(
      int threads, ExecutorService workers, MenuBuilder menus, Supplier<Implementations> compared) {
    if (memory.rounding() == RoundingDepth.FITTED) {
      try {
        bench.calibrate(
            RoundingDepth.FITTED,
            threads,
            workers,
            orInTime(StudyRun.rounding(console)),
            () -> menus.take(compared.get())::offered);
        return;
      } catch (CancellationException e) {
        if (deadline.isInterrupted()) {
          throw e;
        }
        LOG.info("the fitted rounding was given up: {}", e.getMessage());
        memory.rememberRounding(bench.isRanged() ? RoundingDepth.RANGES : RoundingDepth.QUICK);
      }
    }
    console.say(
        String.format(
            Locale.ROOT,
            "The budget is short: weights are rounded to the nearest codes of their best scale, not"
                + " fitted to samples, which would take more than %.0f %% of it. Narrow widths lose"
                + " more that way.",
            100 * RoundingPace.MOST));
    bench.calibrate(
        memory.rounding(),
        threads,
        workers,
        orStopped(StudyRun.rounding(console)),
        () -> {
          throw new IllegalStateException("nothing is fitted to menus");
        });
    menus.take(compared.get());
  }

  private FittingProgress orInTime(FittingProgress shown) {
    double before = deadline.fraction();
    // Once something was scored with fitted weights, other ones would be another study.
    if (memory.isAnythingScored()) {
      return orStopped(shown);
    }
    return orStopped(
        new RoundingPace(
            () -> before < 1 ? (deadline.fraction() - before) / (1 - before) : 1, shown));
  }

  private FittingProgress orStopped(FittingProgress shown) {
    return (done, total, name) -> {
      if (deadline.isInterrupted()) {
        throw new CancellationException("stopped while weights were rounded");
      }
      shown.done(done, total, name);
    };
  }
}
