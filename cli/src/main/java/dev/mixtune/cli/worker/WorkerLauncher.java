package dev.mixtune.cli.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts worker processes: this very program, with this process's class path. */
public final class WorkerLauncher {
  /** The hidden subcommand. */
  public static final String COMMAND = "worker";

  private static final int FEATURE_THAT_ASKS_FOR_NATIVE_ACCESS = 22;

  private final List<String> options;
  private final String mainClass;
  private final List<String> arguments;

  /**
   * @param options of the JVM, beside those that every worker has
   * @param mainClass whose first arguments are {@code worker} and the shared file
   * @param arguments what follows them
   */
  public WorkerLauncher(List<String> options, String mainClass, List<String> arguments) {
    this.options = List.copyOf(options);
    this.mainClass = mainClass;
    this.arguments = List.copyOf(arguments);
  }

  Process start(Path shared) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Out of memory ends the process, and a crash leaves no report in the user's folder.
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:+SuppressFatalErrorMessage");
    command.add("-XX:+DisplayVMOutputToStderr");
    // It copies and waits: the quick compiler is enough, and takes less memory.
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.awt.headless=true");
    if (Runtime.version().feature() >= FEATURE_THAT_ASKS_FOR_NATIVE_ACCESS) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(options);
    command.add(mainClass);
    command.add(COMMAND);
    command.add(shared.toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    // By variable: ONNX Runtime's library cannot be loaded behind a very long command line.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }
}
