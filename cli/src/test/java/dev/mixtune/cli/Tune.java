package dev.mixtune.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/** Runs the command in this process and keeps what it prints. */
record Tune(int exitCode, String out, String err) {

  static final Path ROOT = Path.of(System.getProperty("mixtune.root", "..")).toAbsolutePath();

  static Tune run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings around =
        new Surroundings(
            ROOT,
            Path.of("target", "natives"),
            Clock.systemUTC(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            /* terminal= */ false);
    int exitCode = Main.run(around, arguments);
    return new Tune(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
