package dev.mixtune.cli;

import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench claims}: whole studies on this machine, several networks at several limits, and
 * whether what they say of their chosen file holds: no uniform plan beats it, new processes measure
 * the claimed ratio, and a busy core does not change the choice.
 */
final class ClaimsBench {
  private static final int PROCESSES = 3;
  private static final int WIDE = 8;

  private final Surroundings around;
  private final ClaimsBenchOptions options;

  ClaimsBench(Surroundings around, ClaimsBenchOptions options) {
    this.around = around;
    this.options = options;
  }

  /**
   * Runs it.
   *
   * @param tasks task files; the bundled example when there are none
   * @param out folder of the studies; null for a temporary one
   */
  int run(List<Path> tasks, @Nullable Path out) {
    Path folder = out == null ? temporary() : out;
    List<Claim> claims = new ArrayList<>();
    around.out().println(Claim.head());
    for (Path task : tasks.isEmpty() ? List.of(around.exampleTask()) : tasks) {
      for (String limit : options.limitList()) {
        Claim claim = claim(task, limit, folder.resolve("study" + claims.size()));
        claims.add(claim);
        around.out().println(claim.row());
      }
    }
    around.out().println();
    say("chosen plans that a uniform plan beats", claims.stream().filter(c -> !c.isUnbeaten()));
    say("claimed ratios that do not hold", claims.stream().filter(c -> !c.ratioHolds()));
    if (options.load) {
      say("choices that a busy core changed", claims.stream().filter(c -> !c.standsLoad()));
    }
    return ExitCodes.DONE;
  }

  private void say(String what, Stream<Claim> failing) {
    around.out().println(what + ": " + failing.count());
  }

  private Claim claim(Path task, String limit, Path folder) {
    StudyFolder study = study(task, limit, folder);
    Frontier frontier = FrontierJson.read(study.frontierJson());
    FrontierPoint chosen = frontier.chosen().orElseThrow();
    Optional<FrontierPoint> uniform =
        frontier.uniforms().stream()
            .filter(point -> Objects.equals(point.uniform(), WIDE))
            .findFirst();
    List<Path> files = new ArrayList<>(List.of(study.chosenOnnx()));
    uniform.ifPresent(
        point -> {
          Path file = folder.resolve("uniform.onnx");
          new ExportCommand(around).run(folder, point.id(), file);
          files.add(file);
        });
    List<Double> ratios = new ArrayList<>();
    List<Double> uniforms = new ArrayList<>();
    for (int process = 0; process < PROCESSES; process++) {
      List<Double> measured = RatioProcess.measure(around.cache(), task, files);
      ratios.add(measured.get(0));
      uniforms.addAll(measured.subList(1, measured.size()));
    }
    double drift =
        uniform
            .map(point -> Math.abs(Claim.median(uniforms) / point.latencyRatio() - 1))
            .orElse(0.0);
    Optional<FrontierPoint> loaded =
        options.load
            ? Optional.of(
                underLoad(task, limit, folder.resolveSibling(folder.getFileName() + "-load")))
            : Optional.empty();
    return new Claim(
        frontier.task(),
        limit,
        chosen.id(),
        chosen.latencyRatio(),
        ratios,
        drift,
        Claim.beating(frontier),
        loaded.map(FrontierPoint::latencyRatio).orElse(null),
        loaded.map(point -> point.schemes().equals(chosen.schemes())).orElse(false));
  }

  private StudyFolder study(Path task, String limit, Path folder) {
    RunOptions run = new RunOptions();
    run.task = task;
    run.maxDrop = limit;
    run.budget = options.budget;
    run.out = folder;
    new StudyCommands(around).run(run);
    return new StudyFolder(folder);
  }

  private FrontierPoint underLoad(Path task, String limit, Path folder) {
    Process busy = busy();
    try {
      return FrontierJson.read(study(task, limit, folder).frontierJson()).chosen().orElseThrow();
    } finally {
      busy.destroyForcibly();
    }
  }

  /** A process that keeps one core busy until its input ends. */
  private static Process busy() {
    try {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              BusyProcess.class.getName())
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("mixtune-claims");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
