package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The {@code tune} command. */
public final class Main {
  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    LogFile.quiet();
    Interrupts interrupts = Interrupts.listen();
    Path home = Path.of(System.getProperty("mixtune.home", "."));
    Path cache =
        Path.of(
            System.getenv()
                .getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home", ".") + "/.cache"),
            "mixtune");
    Surroundings around =
        new Surroundings(
            home,
            cache,
            Clock.systemUTC(),
            stream(FileDescriptor.out),
            stream(FileDescriptor.err),
            Boolean.getBoolean("mixtune.terminal"),
            interrupts.requested());
    int exitCode = run(around, arguments);
    interrupts.done();
    System.exit(exitCode);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs the command. */
  static int run(Surroundings around, String... arguments) {
    CommandLine command = new CommandLine(new TuneCommand(around));
    command.setOut(writer(around.out()));
    command.setErr(writer(around.err()));
    command.setExecutionExceptionHandler((failure, line, result) -> report(around, failure));
    command.setParameterExceptionHandler(
        (failure, rest) -> {
          String asked = failure.getCommandLine().getCommandSpec().qualifiedName();
          around.err().println("tune: " + failure.getMessage() + ". See ./" + asked + " --help.");
          return ExitCodes.USER;
        });
    try {
      return command.execute(arguments);
    } catch (OutOfMemoryError | LinkageError e) {
      return report(around, e);
    }
  }

  private static int report(Surroundings around, Throwable failure) {
    if (failure instanceof UserException) {
      around.err().println("tune: " + failure.getMessage());
      LoggerFactory.getLogger(Main.class).info("wrong input", failure);
      return ExitCodes.USER;
    }
    boolean inStudy = LogFile.current().isPresent();
    if (!inStudy) {
      LogFile.open(around.cache().resolve("tune.log"));
    }
    LoggerFactory.getLogger(Main.class).error("a bug", failure);
    around
        .err()
        .println(
            "tune: this is a bug in Mixtune: "
                + failure
                + ". The stack trace is in "
                + LogFile.current().map(Path::toString).orElse("no file")
                + "."
                + (inStudy ? " Nothing that was evaluated is lost: ./tune resume goes on." : ""));
    return ExitCodes.BUG;
  }
}
