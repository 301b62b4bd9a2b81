package dev.mixtune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.lowering.ExecutedKernels;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Certificate;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.DropLimit;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.FinetunedPoint;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.Score;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Scores, times and certifies a trained plan by the study's own means, and makes it a point. */
final class FinetunedEntry {
  private static final String STOPPED =
      "Stopped by the user. No point was entered; the same command goes on with what was"
          + " trained.";

  private final StudyFolder folder;
  private final RunOptions options;
  private final Surroundings around;

  /**
   * @param options of the study
   */
  FinetunedEntry(StudyFolder folder, RunOptions options, Surroundings around) {
    this.folder = folder;
    this.options = options;
    this.around = around;
  }

  /**
   * Makes sure that the study can be written, and is what it was when it was made.
   *
   * @throws UserException when it is not
   */
  void check() {
    try (Workbench bench = Workbench.open(options, around);
        StudyStore store = store(bench)) {
      store.countRecorded();
    }
  }

  private StudyStore store(Workbench bench) {
    return StudyStore.open(folder.studyDb(), Identity.of(options, bench), around.clock());
  }

  /**
   * Enters what a training left in a folder.
   *
   * @param work the folder
   * @param origin the point that was trained
   * @param key all that decided what came out
   * @throws CancellationException when the user asks to stop: nothing is entered then
   */
  FinetunedPoint enter(Path work, FrontierPoint origin, FinetuneOptions training, String key) {
    try {
      return entered(work, origin, training, key);
    } catch (CancellationException e) {
      if (!around.interrupted().get()) {
        throw e;
      }
      CancellationException stopped = new CancellationException(STOPPED);
      stopped.initCause(e);
      throw stopped;
    }
  }

  private FinetunedPoint entered(
      Path work, FrontierPoint origin, FinetuneOptions training, String key) {
    byte[] model = read(work.resolve("finetuned.onnx"));
    JsonNode report = report(work.resolve("finetune.json"));
    // In processes of its own, unless the study wants none: a stop ends them whatever they do.
    try (Workbench bench = Workbench.contained(options, around);
        StudyStore store = store(bench);
        Scorer scorer = new Scorer(Executors.newSingleThreadExecutor())) {
      bench.calibrateQuickly(options.workerCount());
      LoweredPlan lowered = lowered(bench, origin.plan(), model, report);
      String id = freeId(store, lowered.plan());
      PairedScore search = score(bench, lowered, bench.data().search(), scorer);
      PairedScore holdout = score(bench, lowered, bench.data().holdout(), scorer);
      FrontierPoint point = point(bench, store, id, lowered, search, holdout);
      bench.stopIfAsked();
      FinetunedPoint tuned =
          FinetunedPoint.of(
              point,
              origin.id(),
              Hashes.sha256(model),
              FrontierAssembler.certificate(certificate(id, holdout)),
              new FinetunedPoint.Training(
                  report.path("trainingSamples").asInt(),
                  report.path("epochs").asInt(),
                  report.path("bestEpoch").asInt(),
                  training.rate,
                  report.path("labelShare").asDouble(),
                  training.seed,
                  key));
      PointModels.keep(folder, id, model);
      store.recordFinetuned(tuned);
      new StudyFiles(folder).rebuild();
      return tuned;
    }
  }

  /** The kernels are the plan's, whatever its weights are. */
  private static LoweredPlan lowered(Workbench bench, Plan plan, byte[] model, JsonNode report) {
    if (!report.path("plan").asText().equals(plan.key())) {
      throw new IllegalStateException("trained was " + report.path("plan") + ", not " + plan.key());
    }
    LoweredPlan ofLibrary = bench.lowering().lower(plan);
    return new LoweredPlan(
        plan,
        model,
        ofLibrary.kernelSignature(),
        ofLibrary.kernels(),
        report.path("storedWeightBytes").asLong(),
        report.path("storedWeightBits").asDouble());
  }

  private static String freeId(StudyStore store, Plan plan) {
    Set<String> taken = new HashSet<>();
    store.contents().finetuned().forEach(each -> taken.add(each.point().id()));
    String first = plan.id() + "-" + Rounding.FINETUNED.id();
    String id = first;
    for (int number = 2; taken.contains(id); number++) {
      id = first + "-" + number;
    }
    return id;
  }

  /** The thread that scores; it lets go of the models before they are closed. */
  private record Scorer(ExecutorService thread) implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 3;

    @Override
    public void close() {
      thread.shutdownNow();
      try {
        thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for another thread, and hears a stop meanwhile: a holdout may take minutes. */
  private PairedScore score(
      Workbench bench, LoweredPlan lowered, SampleSet samples, Scorer scorer) {
    AccuracyEvaluator evaluator = Candidates.evaluator(bench, lowered.plan());
    Outcome outcome =
        Futures.await(
            scorer.thread().submit(() -> evaluator.score(lowered.model(), samples)),
            around.interrupted()::get);
    bench.stopIfAsked();
    if (outcome instanceof Outcome.Scored scored) {
      return scored.score();
    }
    throw new UserException(
        "the trained file does not answer the " + samples.name() + ": " + outcome,
        "Train with a lower --lr.");
  }

  private FrontierPoint point(
      Workbench bench,
      StudyStore store,
      String id,
      LoweredPlan lowered,
      PairedScore search,
      PairedScore holdout) {
    Plan plan = lowered.plan();
    try (LatencySource latencies = StudyRun.latencies(bench, options, new StudyMemory(store))) {
      Latency latency = latencies.latency(lowered);
      OptionalDouble predicted = latencies.predictedMillis(lowered);
      return new FrontierPoint(
          id,
          plan.schemes().stream().map(Scheme::weightBits).toList(),
          plan.schemes().stream().map(Scheme::id).toList(),
          ExecutedKernels.inspect(bench.runtime(), bench.network(), lowered).kernels(),
          Score.of(search),
          Score.of(holdout),
          latency.millis(),
          latency.ratio(),
          latency.relativeError(),
          predicted.isPresent() ? (Double) predicted.getAsDouble() : null,
          latency.basis(),
          lowered.model().length,
          (double) lowered.model().length / bench.network().fileBytes(),
          lowered.storedWeightBits(),
          /* uniform= */ null,
          /* chosen= */ false,
          Rounding.FINETUNED,
          latencies.modelledShare(lowered),
          FrontierAssembler.energy(latencies.energy(lowered).orElse(null)),
          /* peakMemoryBytes= */ null);
    }
  }

  /** One plan, declared before the holdout was asked: a sequence of its own. */
  private @Nullable CertificateResult certificate(String id, PairedScore holdout) {
    return options
        .limit()
        .map(
            limit ->
                new Certificate(
                        new DropLimit(limit.fraction(), limit.relative()),
                        options.confidenceFraction())
                    .test(
                        List.of(
                            new Certificate.Candidate(
                                id, () -> new Outcome.Scored(holdout, Holdout.NOT_KEPT))),
                        Comparator.naturalOrder()))
        .orElse(null);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UserException(
          "the training left no '" + file + "': " + e.getMessage(),
          "Start it again: it goes on after the last whole epoch.",
          e);
    }
  }

  private static JsonNode report(Path file) {
    try {
      return new ObjectMapper().readTree(read(file));
    } catch (IOException e) {
      throw new UserException(
          "'" + file + "' is not what it should be: " + e.getMessage(),
          "Start the training again.",
          e);
    }
  }
}
