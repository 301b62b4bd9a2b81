package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench workers}: what it costs to score candidates in a worker process, against this
 * process, in turn on the same samples. The outcomes must be the same.
 */
final class WorkersBench {
  private static final int ROUNDS = 15;

  private final Surroundings around;

  WorkersBench(Surroundings around) {
    this.around = around;
  }

  int run(@Nullable Path task) {
    RunOptions options = new RunOptions();
    options.task = task;
    options.maxDrop = "1%";
    try (Workbench here = Workbench.open(options, around);
        Workbench contained = Workbench.contained(options, around)) {
      here.calibrateQuickly(1);
      SampleSet samples = here.data().search();
      RoundingPlans plans = new RoundingPlans(here.network(), here.lowering()::schemes);
      // Before the first candidate there is the float model: it starts the process.
      double startHere = seconds(here, here.network().originalModel(), samples);
      double start = seconds(contained, here.network().originalModel(), samples);
      around
          .out()
          .printf(
              Locale.ROOT,
              "%d samples; the first answers of the float model take %.2f s here, %.2f s with a"
                  + " process to start%n%-8s %14s %16s %10s %s%n",
              samples.size(),
              startHere,
              start,
              "model",
              "here, ms",
              "in a worker, ms",
              "ratio",
              "outcomes");
      for (int bits : List.of(8, 4, 2)) {
        Plan plan = plans.uniform(bits);
        compare("W" + bits, here.lowering().lower(plan).model(), here, contained, samples);
      }
    }
    return ExitCodes.DONE;
  }

  private void compare(
      String name, byte[] model, Workbench here, Workbench contained, SampleSet samples) {
    double[] inside = new double[ROUNDS];
    double[] outside = new double[ROUNDS];
    List<Double> ratios = new ArrayList<>();
    Outcome expected = here.evaluator().score(model, samples);
    boolean same = expected.equals(contained.evaluator().score(model, samples));
    for (int round = 0; round < ROUNDS; round++) {
      inside[round] = seconds(here, model, samples);
      outside[round] = seconds(contained, model, samples);
      ratios.add(outside[round] / inside[round]);
    }
    around
        .out()
        .printf(
            Locale.ROOT,
            "%-8s %14.1f %16.1f %10.3f %s%n",
            name,
            1000 * median(inside),
            1000 * median(outside),
            median(ratios.stream().mapToDouble(Double::doubleValue).toArray()),
            same ? "the same" : "DIFFERENT");
  }

  private static double seconds(Workbench bench, byte[] model, SampleSet samples) {
    long start = System.nanoTime();
    bench.evaluator().score(model, samples);
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
