package dev.mixtune.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a command finds around it; passed in so that commands can be tested.
 *
 * @param home Mixtune's own folder, which holds {@code examples}
 * @param cache folder for native libraries
 * @param clock tells the time
 * @param out where results go
 * @param err where messages about wrong input go
 * @param terminal whether {@code out} is a terminal
 * @param interrupted becomes true when the user asks the process to stop
 */
record Surroundings(
    Path home,
    Path cache,
    Clock clock,
    PrintStream out,
    PrintStream err,
    boolean terminal,
    AtomicBoolean interrupted) {

  /**
   * The file by which studies on this machine take turns at timing. Not in the cache folder, which
   * several machines may share.
   */
  Path timingTurn() {
    return Path.of(System.getProperty("java.io.tmpdir", "."), "mixtune-timing.lock");
  }

  /** The task of the bundled example. */
  Path exampleTask() {
    return home.resolve("examples/fashion-mnist/task.yaml");
  }
}
