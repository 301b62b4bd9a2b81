package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.evaluators.SampleSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench evaluator}: how many samples per second a candidate is evaluated at, session
 * creation included, beside the float model on the same single thread.
 */
final class EvaluatorBench {
  private static final int SAMPLES = 1000;
  private static final int ROUNDS = 9;
  private static final List<Integer> WIDTHS = List.of(8, 4);

  private final Surroundings around;

  EvaluatorBench(Surroundings around) {
    this.around = around;
  }

  int run(@Nullable Path task) {
    RunOptions options = new RunOptions();
    options.task = task;
    options.maxDrop = "1%";
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      bench.calibrate(options.workerCount(), workers, FittingProgress.silent());
      RoundingPlans plans = new RoundingPlans(bench.network(), bench.lowering()::schemes);
      List<String> names = new ArrayList<>(List.of("float"));
      List<byte[]> models = new ArrayList<>(List.of(bench.network().originalModel()));
      for (int bits : WIDTHS) {
        names.add("W" + bits);
        models.add(lowered(bench, plans.uniform(bits)));
      }
      SampleSet samples = bench.data().search().subset(SAMPLES, new Random(options.seed));
      bench.evaluator().reference(samples);
      print(names, measure(bench, models, samples), samples.size());
    } finally {
      workers.shutdownNow();
    }
    return ExitCodes.DONE;
  }

  private static byte[] lowered(Workbench bench, Plan plan) {
    return bench.lowering().lower(plan).model();
  }

  /** Seconds per evaluation: [model][round], models in turn so that drift hits all alike. */
  private static double[][] measure(Workbench bench, List<byte[]> models, SampleSet samples) {
    double[][] seconds = new double[models.size()][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      for (int model = 0; model < models.size(); model++) {
        long start = System.nanoTime();
        bench.evaluator().score(models.get(model), samples);
        if (round >= 0) {
          seconds[model][round] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    return seconds;
  }

  private void print(List<String> names, double[][] seconds, int samples) {
    around
        .out()
        .printf(
            Locale.ROOT,
            "%d samples, one thread, session creation included, %d rounds in turn%n%-14s %12s"
                + " %12s%n",
            samples,
            ROUNDS,
            "model",
            "samples/s",
            "against float");
    for (int model = 0; model < names.size(); model++) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        ratios.add(seconds[0][round] / seconds[model][round]);
      }
      around
          .out()
          .printf(
              Locale.ROOT,
              "%-14s %12.0f %12.2f%n",
              names.get(model),
              samples / median(seconds[model]),
              median(ratios.stream().mapToDouble(Double::doubleValue).toArray()));
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
