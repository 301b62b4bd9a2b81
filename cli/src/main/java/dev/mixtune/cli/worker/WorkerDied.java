package dev.mixtune.cli.worker;

/** A worker process ended, fell silent or took too long. Its model is not known to be at fault. */
final class WorkerDied extends Exception {
  private static final long serialVersionUID = 1L;

  WorkerDied(String message) {
    super(message);
  }
}
