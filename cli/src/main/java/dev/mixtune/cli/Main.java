package dev.mixtune.cli;

import dev.mixtune.cli.worker.WorkerLauncher;
import dev.mixtune.cli.worker.WorkerLoop;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.results.DatabaseNatives;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CancellationException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The {@code tune} command. */
public final class Main {
  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    LogFile.quiet();
    if (arguments.length > 0 && arguments[0].equals(WorkerLauncher.COMMAND)) {
      serve(arguments);
    }
    Interrupts interrupts = Interrupts.listen();
    Path home = Path.of(System.getProperty("mixtune.home", "."));
    Path cache =
        Path.of(
            System.getenv()
                .getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home", ".") + "/.cache"),
            "mixtune");
    DatabaseNatives.use(cache);
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

  /** A worker process of a study: {@code worker SHARED-FILE NATIVES}. Not for people. */
  private static void serve(String... arguments) {
    // Ctrl-C and a scheduler's signal reach all processes: it is the study that ends its workers.
    Interrupts.ignore();
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    System.setOut(stream(FileDescriptor.err));
    WorkerLoop.serve(
        OrtRuntime.start(Path.of(arguments[2])), Path.of(arguments[1]), System.in, answers);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new TerminalStream(new BufferedOutputStream(new FileOutputStream(descriptor))),
        true,
        StandardCharsets.UTF_8);
  }

  /** Runs the command. */
  static int run(Surroundings around, String... arguments) {
    CommandLine command = new CommandLine(new TuneCommand(around));
    // Escape sequences do not pass, ours neither.
    command.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
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
    if (failure instanceof CancellationException && around.interrupted().get()) {
      around.err().println("tune: " + failure.getMessage());
      return ExitCodes.STOPPED;
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
