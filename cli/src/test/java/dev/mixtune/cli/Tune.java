package dev.mixtune.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs the command in this process and keeps what it prints. */
record Tune(int exitCode, String out, String err) {

  static final Path ROOT = Path.of(System.getProperty("mixtune.root", "..")).toAbsolutePath();

  static Tune run(String... arguments) {
    return run(Clock.systemUTC(), new AtomicBoolean(), arguments);
  }

  /** With a clock of the test's, and a flag that stands for Ctrl-C. */
  static Tune run(Clock clock, AtomicBoolean interrupted, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings around =
        new Surroundings(
            ROOT,
            Path.of("target", "natives"),
            clock,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            /* terminal= */ false,
            interrupted);
    int exitCode = Main.run(around, arguments);
    return new Tune(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
