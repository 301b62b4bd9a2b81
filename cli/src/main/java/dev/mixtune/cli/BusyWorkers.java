package dev.mixtune.cli;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** All workers but one, busy running a plan as if they scored it, until this is closed. */
final class BusyWorkers implements AutoCloseable {
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch begun;
  private final List<Future<?>> busy = new ArrayList<>();

  BusyWorkers(StudyContext context, LoweredPlan plan) {
    int others = context.options().workerCount() - 1;
    this.begun = new CountDownLatch(others);
    Map<String, Tensor> inputs = context.bench().deploymentInputs();
    for (int i = 0; i < others; i++) {
      busy.add(
          context
              .workers()
              .submit(
                  () -> {
                    try (Session session = context.bench().meter().open(plan.model(), 1)) {
                      begun.countDown();
                      while (!over.get()) {
                        session.run(inputs);
                      }
                    } finally {
                      begun.countDown();
                    }
                  }));
    }
  }

  /** Waits until all have begun; whether all still run. */
  boolean areBusy() {
    try {
      begun.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return busy.stream().noneMatch(Future::isDone);
  }

  /** Lets them end, and waits until they have; a plan that does not run is no matter here. */
  @Override
  public void close() {
    over.set(true);
    for (Future<?> one : busy) {
      Futures.settle(one);
    }
  }
}
