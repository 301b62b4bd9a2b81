package dev.mixtune.cli;

import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.hardware.TimerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process that does nothing but time files against the task's float model, as whoever checks a
 * claim would: one and the same file takes another share of the float model's time in each process.
 */
final class RatioProcess {
  private static final TimerSettings TIMING =
      new TimerSettings(0.003, 0.95, 3_000_000_000L, 10, 30, 0.05, 3);

  private RatioProcess() {}

  /**
   * Prints the ratio of each file on a line of its own.
   *
   * @param arguments cache folder, task file, then the files
   */
  public static void main(String[] arguments) {
    LogFile.quiet();
    Surroundings around =
        new Surroundings(
            Path.of("."),
            Path.of(arguments[0]),
            Clock.systemUTC(),
            System.out,
            System.err,
            /* terminal= */ false,
            new AtomicBoolean());
    RunOptions options = new RunOptions();
    options.task = Path.of(arguments[1]);
    options.maxDrop = "1%";
    try (Workbench bench = Workbench.open(options, around);
        HostLatency host =
            new HostLatency(
                OrtRuntime.start(around.cache()),
                bench.task().model(),
                bench.deploymentInputs(),
                bench.threads(),
                TIMING,
                bench.timing(),
                Double.NaN)) {
      for (int i = 2; i < arguments.length; i++) {
        System.out.println("ratio " + host.latency(Path.of(arguments[i])).ratio());
      }
    }
  }

  /**
   * Starts such a process and waits for it.
   *
   * @return the ratios, in the order of the files
   */
  static List<Double> measure(Path cache, Path task, List<Path> files) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RatioProcess.class.getName(),
                cache.toAbsolutePath().toString(),
                task.toAbsolutePath().toString()));
    files.forEach(file -> command.add(file.toAbsolutePath().toString()));
    List<Double> ratios = new ArrayList<>();
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith("ratio ")) {
            ratios.add(Double.valueOf(line.substring("ratio ".length())));
          }
        }
      }
      if (process.waitFor() != 0 || ratios.size() != files.size()) {
        throw new IllegalStateException("a timing process failed on " + files);
      }
      return ratios;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while another process timed " + files, e);
    }
  }
}
