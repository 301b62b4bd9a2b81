package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityAnalyser;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.results.SensitivityMap;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** Measures what each layer and width does to the output, one layer at a time. */
final class SensitivityStep {
  /** Output KL is an average over samples: these settle it far below the differences of layers. */
  private static final int SAMPLES = 512;

  /** Texts run one by one: as many would take most of a night on a transformer's many layers. */
  private static final int TEXTS = 128;

  private static final long SAVE_MILLIS = 5_000;

  private final StudyContext context;
  private final Workbench bench;
  private final Clock clock;

  SensitivityStep(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.clock = context.around().clock();
  }

  /**
   * Measures what {@code known} does not hold yet, and keeps what it has in the study's store every
   * few seconds.
   *
   * @param stop ends the analysis early when true
   */
  Sensitivity measure(List<Sensitivity.Entry> known, BooleanSupplier stop) {
    Kept kept = new Kept(known);
    Sensitivity measured =
        measure(
            bench,
            context.menus(),
            context.options().seed,
            known,
            stop,
            context.workers(),
            (entry, done, total) -> {
              kept.add(entry);
              show(context.console(), kept.started, done - known.size(), total - known.size());
            });
    context.store().putDocument(StudyMemory.SENSITIVITY, SensitivityFile.write(measured));
    return measured;
  }

  /** The analysis without a study around it. */
  static Sensitivity measure(
      Workbench bench,
      MenuBuilder menus,
      long seed,
      List<Sensitivity.Entry> known,
      BooleanSupplier stop,
      Executor workers,
      SensitivityAnalyser.Progress progress) {
    SampleSet samples = samples(bench, seed);
    return new SensitivityAnalyser(bench.evaluator(), samples, workers)
        .analyse(
            bench.network().layers(),
            menus::offered,
            plan -> bench.lowering().lower(plan).model(),
            known,
            stop,
            progress);
  }

  private static SampleSet samples(Workbench bench, long seed) {
    return bench.data().search().subset(most(bench), new Random(seed));
  }

  /** Samples that the analysis takes of the search split, where it has as many. */
  static int most(Workbench bench) {
    return bench.task().text().isPresent() ? TEXTS : SAMPLES;
  }

  /** Shows how far the analysis is. */
  void show(Console console, long started, int done, int total) {
    double elapsed = clock.millis() - started;
    Duration left = Duration.ofMillis((long) (elapsed / Math.max(1, done) * (total - done)));
    console.progress("sensitivity", (double) done / Math.max(1, total), left, "");
  }

  /** The entries so far, written to the store every few seconds. */
  private final class Kept {
    private final List<Sensitivity.Entry> entries;
    private final long started = clock.millis();
    private long saved = started;

    Kept(List<Sensitivity.Entry> known) {
      this.entries = new ArrayList<>(known);
    }

    synchronized void add(Sensitivity.Entry entry) {
      entries.add(entry);
      if (clock.millis() - saved >= SAVE_MILLIS) {
        saved = clock.millis();
        Sensitivity part =
            new Sensitivity(
                bench.task().metric().id(),
                samples(bench, context.options().seed).size(),
                context.options().confidenceFraction(),
                /* complete= */ false,
                entries);
        context.store().putDocument(StudyMemory.SENSITIVITY, SensitivityFile.write(part));
        context.memory().rememberElapsed(context.deadline().elapsed());
      }
    }
  }

  /** The same figures for plots and the report. */
  static SensitivityMap map(Sensitivity sensitivity) {
    List<SensitivityMap.Cell> cells = new ArrayList<>();
    for (Sensitivity.Entry entry : sensitivity.entries()) {
      if (Double.isFinite(entry.kl()) && entry.score().isPresent()) {
        cells.add(
            new SensitivityMap.Cell(
                entry.layerIndex(),
                entry.scheme().id(),
                entry.scheme().weightBits(),
                Math.max(0, entry.kl()),
                entry.score().get().drop()));
      }
    }
    return new SensitivityMap("KL divergence of the outputs", sensitivity.samples(), cells);
  }

  /** Names of the layers, in order. */
  static List<String> names(Workbench bench) {
    return bench.network().layers().stream().map(Layer::name).toList();
  }
}
