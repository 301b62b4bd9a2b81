package dev.mixtune.cli;

import dev.mixtune.engine.fitting.FittingProgress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds the weights of a study in time: where the fitted rounding would take more than its part of
 * the budget, all layers are rounded to the least error of their weights instead, which takes a
 * moment. A study keeps the rounding that it began with, however often it is resumed.
 */
final class TimelyRounding {
  private static final Logger LOG = LoggerFactory.getLogger(TimelyRounding.class);

  /** Share of what is left of the search's time that rounding may take. */
  private static final double MOST = 0.8;

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
    if (!memory.roundedQuickly()) {
      try {
        bench.calibrate(
            threads,
            workers,
            orInTime(StudyRun.rounding(console)),
            () -> menus.take(compared.get())::offered);
        return;
      } catch (CancellationException e) {
        if (deadline.isInterrupted()) {
          throw e;
        }
        LOG.info("the fitted rounding was given up", e);
        memory.rememberQuickRounding();
      }
    }
    console.say(
        String.format(
            Locale.ROOT,
            "The budget is short: weights are rounded to the nearest codes of their best scale, not"
                + " fitted to samples, which would take more than %.0f %% of it. Narrow widths lose"
                + " more that way.",
            100 * MOST));
    bench.calibrateQuickly(threads);
    menus.take(compared.get());
  }

  private FittingProgress orInTime(FittingProgress shown) {
    Duration start = deadline.elapsed();
    double before = deadline.fraction();
    double most = before + MOST * (1 - before);
    // Once something was scored with fitted weights, other ones would be another study.
    boolean mayGiveWay = !memory.hasEvaluations();
    return (done, total, name) -> {
      if (deadline.isInterrupted()) {
        throw new CancellationException("stopped while weights were rounded");
      }
      if (mayGiveWay && deadline.fraction() >= most) {
        throw new CancellationException(
            "after " + deadline.elapsed().minus(start).toSeconds() + " s at " + name);
      }
      shown.done(done, total, name);
    };
  }
}
