package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Times plans in this process, where nothing stands between the clock and the kernels.
 *
 * <p>Each plan is run in a worker process before, so that kernels that crash or hang are found out
 * there. Those that do it now and then end this process; what is being timed is noted in the study,
 * and the study that goes on gives these kernels up the third time, for good.
 */
final class GuardedTiming {
  /** One may be a user's kill; twice the same kernels is no accident. */
  private static final int MOST_DEATHS = 2;

  private final StudyMemory memory;
  private final Consumer<byte[]> probe;

  /**
   * @param memory notes what is being timed
   * @param probe runs a model once in another process
   */
  GuardedTiming(StudyMemory memory, Consumer<byte[]> probe) {
    this.memory = memory;
    this.probe = probe;
  }

  /**
   * Runs a plan once in another process, to be timed then.
   *
   * @throws RuntimeFailure when it does not run there
   */
  void probe(LoweredPlan lowered) {
    probe.accept(lowered.model());
  }

  /**
   * What the stopwatch says, after the plan was run once in another process.
   *
   * @throws RuntimeFailure when the plan does not run, or its kernels were given up
   */
  Latency time(LoweredPlan lowered, Supplier<Latency> stopwatch) {
    return timeProbed(
        lowered,
        () -> {
          probe(lowered);
          return stopwatch.get();
        });
  }

  /**
   * What the stopwatch says of a plan that was {@link #probe}d.
   *
   * @throws RuntimeFailure when the plan does not run, or its kernels were given up
   */
  Latency timeProbed(LoweredPlan lowered, Supplier<Latency> stopwatch) {
    String signature = lowered.kernelSignature();
    if (memory.isGivenUp(signature)) {
      throw new RuntimeFailure("its kernels ended the process while they were timed", null);
    }
    if (memory.beginTiming(signature) >= MOST_DEATHS) {
      memory.giveUp(signature);
      memory.endTiming();
      throw new RuntimeFailure("the process ended " + MOST_DEATHS + " times meanwhile", null);
    }
    try {
      return stopwatch.get();
    } finally {
      memory.endTiming();
    }
  }
}
