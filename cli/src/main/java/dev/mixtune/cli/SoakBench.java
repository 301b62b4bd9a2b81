package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.SampleSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench soak}: scores random plans one after the other, as a long night does, and shows
 * what heap and resident memory of this process and of its workers come to.
 */
final class SoakBench {
  private static final int SAMPLES = 100;
  private static final int LINES = 20;

  /** From here on memory is to stay flat: before, caches and compiled code grow. */
  private static final double WARM = 0.1;

  /** What memory may grow by since then. */
  private static final double ALLOWED = 0.05;

  private final Surroundings around;

  SoakBench(Surroundings around) {
    this.around = around;
  }

  /** Megabytes at one moment. */
  private record Memory(double heap, double resident, double workers) {
    static Memory now() {
      System.gc();
      double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
      double workers =
          ProcessHandle.current().children().mapToDouble(child -> resident(child.pid())).sum();
      return new Memory(heap, resident(ProcessHandle.current().pid()), workers);
    }

    /** NaN where the operating system does not tell. */
    private static double resident(long pid) {
      try {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1000)
            .findFirst()
            .orElse(Double.NaN);
      } catch (IOException e) {
        return Double.NaN;
      }
    }
  }

  int run(@Nullable Path task, int evaluations) {
    RunOptions options = new RunOptions();
    options.task = task;
    options.maxDrop = "1%";
    try (Workbench bench = Workbench.contained(options, around)) {
      bench.calibrateQuickly(1);
      SampleSet samples = bench.data().search().subset(SAMPLES, new Random(options.seed));
      MenuBuilder menus = new MenuBuilder(bench, options);
      Random random = new Random(options.seed);
      List<Memory> lines = new ArrayList<>();
      around
          .out()
          .printf(
              "%12s %10s %14s %14s%n", "evaluations", "heap, MB", "resident, MB", "workers, MB");
      int every = Math.max(1, evaluations / LINES);
      long start = around.clock().millis();
      for (int i = 1; i <= evaluations; i++) {
        if (around.interrupted().get()) {
          around.out().println("Stopped by the user.");
          return ExitCodes.STOPPED;
        }
        Plan plan = plan(bench, menus, random);
        bench.evaluator().score(bench.lowering().lower(plan).model(), samples);
        if (i % every == 0) {
          lines.add(Memory.now());
          print(i, lines.get(lines.size() - 1));
        }
      }
      sum(lines);
      double seconds = (around.clock().millis() - start) / 1000.0;
      around
          .out()
          .printf(
              Locale.ROOT, "%.0f s, %.1f evaluations per second%n", seconds, evaluations / seconds);
    }
    return ExitCodes.DONE;
  }

  private static Plan plan(Workbench bench, MenuBuilder menus, Random random) {
    List<Scheme> schemes = new ArrayList<>();
    for (Layer layer : bench.network().layers()) {
      List<Scheme> offered = menus.all(layer);
      schemes.add(offered.get(random.nextInt(offered.size())));
    }
    return new Plan(schemes);
  }

  private void print(int evaluations, Memory memory) {
    around
        .out()
        .printf(
            Locale.ROOT,
            "%12d %10.1f %14.1f %14.1f%n",
            evaluations,
            memory.heap(),
            memory.resident(),
            memory.workers());
  }

  private void sum(List<Memory> lines) {
    Memory first = lines.get((int) (lines.size() * WARM));
    Memory last = lines.get(lines.size() - 1);
    double heap = last.heap() / first.heap() - 1;
    double resident = last.resident() / first.resident() - 1;
    double workers = last.workers() / first.workers() - 1;
    // What the operating system does not tell is no growth.
    boolean flat = !(heap > ALLOWED) && !(resident > ALLOWED) && !(workers > ALLOWED);
    around
        .out()
        .printf(
            Locale.ROOT,
            "growth since the first %.0f %%: heap %+.1f %%, resident %+.1f %%, workers %+.1f %%: %s"
                + " %.0f %%%n",
            100 * WARM,
            100 * heap,
            100 * resident,
            100 * workers,
            flat ? "none beyond" : "NOT WITHIN",
            100 * ALLOWED);
  }
}
