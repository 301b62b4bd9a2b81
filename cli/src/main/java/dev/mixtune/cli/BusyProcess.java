package dev.mixtune.cli;

import java.io.IOException;

/** Keeps one core busy as long as the process that started it lives. */
final class BusyProcess {
  private BusyProcess() {}

  /** Ends when its input does, so that a killed bench leaves no load behind. */
  public static void main(String[] arguments) throws IOException {
    Thread spin =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    spin.setDaemon(true);
    spin.start();
    int read;
    do {
      read = System.in.read();
    } while (read >= 0);
  }
}
