package dev.mixtune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench certificate}: how often a certificate is wrong, and how often there is one,
 * over many random splits of answers that plans really gave.
 */
final class CertificateBench {
  private static final double CONFIDENCE = 0.95;
  private static final double SEARCH_SHARE = 0.4;
  private static final List<Double> HOLDOUT_SHARES = List.of(0.05, 0.1, 0.2, 0.6);
  private static final List<Double> LIMITS = List.of(0.005, 0.01, 0.02);
  private static final List<Double> LEAST_DROPS =
      List.of(0.0, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.007);
  private static final double ALL_PLANS = -1;
  private static final double USUAL_LIMIT = 0.01;

  private final Surroundings around;

  CertificateBench(Surroundings around) {
    this.around = around;
  }

  int run(CertificateBenchOptions options, @Nullable Path task, @Nullable Path json) {
    options.check();
    SearchBench.checkFolder(json);
    AnswerTable table = answers(options.plans(CertificateBenchOptions.USUAL_PLANS), task);
    CertificateTrials trials = new CertificateTrials(table);
    List<CertificateTrials.Result> results = new ArrayList<>();
    print("%n%d trials per line, 95 %% confidence, drops in points%n", options.trials);
    print(
        "%-12s %8s %8s %7s %9s %10s %10s %12s %7s%n",
        "samples",
        "search",
        "holdout",
        "limit",
        "safest",
        "certified",
        "any wrong",
        "chosen wrong",
        "tested");
    for (boolean replacement : List.of(false, true)) {
      for (double limit : LIMITS) {
        for (double share : HOLDOUT_SHARES) {
          CertificateTrials.Setting setting = setting(table, share, limit, replacement);
          results.add(shown(trials.run(setting, ALL_PLANS, options.trials, 1)));
        }
      }
    }
    print("%nWithout the plans that lose less, limit 1 point%n");
    for (double least : LEAST_DROPS) {
      if (table.plans().stream().anyMatch(row -> table.drop(row) >= least)) {
        for (boolean replacement : List.of(false, true)) {
          CertificateTrials.Setting setting = setting(table, 0.6, USUAL_LIMIT, replacement);
          results.add(shown(trials.run(setting, least, options.trials, 1)));
        }
      }
    }
    if (json != null) {
      write(json, table, results);
    }
    return ExitCodes.DONE;
  }

  private static CertificateTrials.Setting setting(
      AnswerTable table, double share, double limit, boolean replacement) {
    int search = (int) Math.round(SEARCH_SHARE * table.samples());
    int holdout = Math.min(table.samples() - search, (int) Math.round(share * table.samples()));
    return new CertificateTrials.Setting(search, holdout, limit, CONFIDENCE, replacement);
  }

  private CertificateTrials.Result shown(CertificateTrials.Result result) {
    CertificateTrials.Setting setting = result.setting();
    double trials = result.trials();
    print(
        "%-12s %8d %8d %7.2f %9.2f %9.1f%% %9.2f%% %11.2f%% %7.1f%n",
        setting.replacement() ? "drawn anew" : "split",
        setting.search(),
        setting.holdout(),
        100 * setting.limit(),
        100 * result.safestDrop(),
        100 * result.certified() / trials,
        100 * result.anyWrong() / trials,
        100 * result.chosenWrong() / trials,
        result.plansTested() / trials);
    return result;
  }

  /** Made once; kept under a key of models, samples and runtime. */
  private AnswerTable answers(int count, @Nullable Path task) {
    RunOptions options = new RunOptions();
    options.task = task;
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      bench.calibrate(options.workerCount(), workers, FittingProgress.silent());
      List<Plan> plans =
          new SpreadOfPlans(
                  bench.network(), new RoundingPlans(bench.network(), bench.lowering()::schemes))
              .draw(count, options.seed);
      SampleSet samples = bench.data().evaluation();
      AnswerFile file =
          new AnswerFile(around.cache().resolve("answers"), key(bench, plans, samples));
      Optional<AnswerTable> kept = file.read();
      AnswerTable table = kept.isPresent() ? kept.get() : made(bench, plans, samples, workers);
      if (kept.isEmpty()) {
        file.write(table);
      }
      describe(bench, table);
      return table;
    } finally {
      workers.shutdownNow();
    }
  }

  private static String key(Workbench bench, List<Plan> plans, SampleSet samples) {
    StringBuilder text = new StringBuilder();
    text.append(bench.runtime().version())
        .append('\n')
        .append(bench.task().metric().id())
        .append('\n')
        .append(bench.evaluator().settings().batch())
        .append('\n')
        .append(bench.network().sha256())
        .append('\n')
        .append(bench.task().inputs())
        .append('\n')
        .append(samples.fingerprint());
    // The lowered file is what answers: rounding, ranges and lowering are all in it.
    plans.forEach(
        plan -> text.append('\n').append(Hashes.sha256(bench.lowering().lower(plan).model())));
    return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private AnswerTable made(
      Workbench bench, List<Plan> plans, SampleSet samples, ExecutorService workers) {
    BitSet floatRight =
        bench
            .evaluator()
            .right(bench.network().originalModel(), samples)
            .orElseThrow(
                () ->
                    new UserException(
                        "the metric " + bench.task().metric().id() + " counts no right answers",
                        "The trials split right and wrong answers: name a task with such a metric"));
    List<Future<AnswerTable.Row>> running = new ArrayList<>();
    for (Plan plan : plans) {
      running.add(workers.submit(() -> row(bench, plan, samples)));
    }
    List<AnswerTable.Row> rows = new ArrayList<>();
    for (Future<AnswerTable.Row> future : running) {
      rows.add(Futures.await(future, around.interrupted()::get));
      print("%d of %d plans have answered%n", rows.size(), plans.size());
    }
    return new AnswerTable(samples.size(), floatRight, rows);
  }

  private static AnswerTable.Row row(Workbench bench, Plan plan, SampleSet samples) {
    byte[] model = bench.lowering().lower(plan).model();
    BitSet right = Candidates.evaluator(bench, plan).right(model, samples).orElseThrow();
    return new AnswerTable.Row(plan, model.length, right);
  }

  private void describe(Workbench bench, AnswerTable table) {
    double[] drops = table.plans().stream().mapToDouble(table::drop).sorted().toArray();
    String list =
        String.join(
            " ",
            IntStream.range(0, drops.length)
                .mapToObj(i -> String.format(Locale.ROOT, "%.2f", 100 * drops[i]))
                .toList());
    print(
        "%s: %d plans answered %d samples, float %.2f %%; true drops in points: %s%n",
        bench.task().name(),
        drops.length,
        table.samples(),
        100.0 * table.floatRight().cardinality() / table.samples(),
        list);
  }

  private static void write(Path file, AnswerTable table, List<CertificateTrials.Result> results) {
    record PlanFacts(String plan, long sizeBytes, double drop) {}
    record Document(int samples, List<PlanFacts> plans, List<CertificateTrials.Result> results) {}
    try {
      AtomicFile.write(
          file,
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(
                  new Document(
                      table.samples(),
                      table.plans().stream()
                          .map(r -> new PlanFacts(r.plan().key(), r.sizeBytes(), table.drop(r)))
                          .toList(),
                      results)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void print(String format, Object... values) {
    around.out().printf(Locale.ROOT, format, values);
  }
}
