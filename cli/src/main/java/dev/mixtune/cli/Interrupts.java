package dev.mixtune.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop: the study ends early, writes what it has, and
 * the process exits with 130.
 */
final class Interrupts {
  private static final long PATIENCE_SECONDS = 10;

  private final AtomicBoolean requested = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch written = new CountDownLatch(1);

  /** Listens until {@link #done}. */
  static Interrupts listen() {
    Interrupts interrupts = new Interrupts();
    Runtime.getRuntime().addShutdownHook(new Thread(interrupts::onShutdown, "mixtune-interrupt"));
    return interrupts;
  }

  AtomicBoolean requested() {
    return requested;
  }

  /** The study is written; a shutdown needs no care any more. */
  void done() {
    over.set(true);
    written.countDown();
  }

  private void onShutdown() {
    if (over.get()) {
      return;
    }
    requested.set(true);
    try {
      if (!written.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("tune: not everything could be written in time; ./tune resume goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(ExitCodes.STOPPED);
  }
}
