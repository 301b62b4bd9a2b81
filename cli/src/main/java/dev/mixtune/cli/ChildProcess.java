package dev.mixtune.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ends a process and those that it started, such as a build. */
final class ChildProcess {
  private static final long PATIENCE_SECONDS = 5;

  private ChildProcess() {}

  /** Returns when the process is gone: nobody writes its files any more. */
  static void end(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    descendants.forEach(ProcessHandle::destroy);
    boolean ended = false;
    try {
      ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
    }
    descendants.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }
}
