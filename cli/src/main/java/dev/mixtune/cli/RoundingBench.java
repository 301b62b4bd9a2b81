package dev.mixtune.cli;

import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.results.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code tune bench rounding}: what each way of rounding leaves of the score, per width, with float
 * and with 8-bit activations, assembled from the library and rounded in context.
 */
final class RoundingBench {
  private final Surroundings around;

  RoundingBench(Surroundings around) {
    this.around = around;
  }

  int run(BenchOptions options) {
    List<Integer> widths = options.widthList();
    List<RoundingSource> sources = options.sources();
    options.checkOut();
    List<Path> tasks =
        options.tasks.isEmpty() ? List.of(around.exampleTask()) : List.copyOf(options.tasks);
    tasks.forEach(TaskFile::read); // The last one must not be found missing after hours.
    RoundingDocument document =
        new RoundingDocument(ShellWords.join(options.toArguments()), surroundings());
    try {
      for (Path task : tasks) {
        document.add(chapter(task, FittingSettings.defaults().withWidths(widths), sources));
        if (options.out != null) {
          AtomicFile.write(options.out, document.toString());
          say("Written: %s", options.out);
        }
      }
    } catch (CancellationException e) {
      say("Stopped by the user.");
      return ExitCodes.STOPPED;
    }
    if (options.out == null) {
      around.out().println();
      around.out().print(document);
    }
    return ExitCodes.DONE;
  }

  private static String surroundings() {
    return String.format(
        Locale.ROOT,
        "%s, with a heap of at most %d MB",
        Workbench.hostFacts().summary(),
        Runtime.getRuntime().maxMemory() / 1_000_000);
  }

  private RoundingDocument.Chapter chapter(
      Path task, FittingSettings settings, List<RoundingSource> sources) {
    RunOptions options = new RunOptions();
    options.task = task;
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      SampleSet samples = bench.data().evaluation();
      double reference = bench.evaluator().reference(samples);
      boolean isShare = bench.task().metric() instanceof CountMetric;
      Calibration calibration =
          bench
              .chooseRanges(options.workerCount(), workers, FittingProgress.silent())
              .calibration();
      Told told = new Told(bench.task().name());
      RoundingTrials trials =
          new RoundingTrials(
              bench, samples, calibration, settings, workers, told, around.interrupted()::get);
      say(
          "%s: float %s (%s), %s",
          bench.task().name(),
          RoundingFigure.value(reference, isShare),
          bench.task().metric().id(),
          trials.subject());
      trials.run(sources);
      return new RoundingDocument.Chapter(
          bench.task().name(),
          bench.task().metric().id(),
          reference,
          isShare,
          trials.subject(),
          trials.planNames(),
          sources,
          told.figures,
          told.runs);
    } finally {
      workers.shutdownNow();
    }
  }

  private void say(String format, Object... values) {
    around.out().println(String.format(Locale.ROOT, format, values));
  }

  /** Prints what becomes known, and keeps it. */
  private final class Told implements RoundingTrials.Listener {
    private final String task;
    private final List<RoundingFigure> figures = new ArrayList<>();
    private final List<RoundingTrials.FittingRun> runs = new ArrayList<>();

    Told(String task) {
      this.task = task;
    }

    @Override
    public void figure(RoundingFigure figure) {
      figures.add(figure);
      say(
          "%s  %-17s  %-28s  %-8s  %6s  agree %6s  %.2f bits  %.3f of float's size",
          task,
          RoundingDocument.words(figure.activations()),
          figure.plan(),
          figure.source(),
          figure.score(),
          figure.agreement(),
          figure.averageBits(),
          figure.sizeRatio());
    }

    @Override
    public void fitted(RoundingTrials.FittingRun run) {
      runs.add(run);
      say(
          "%s  fitted %s in %.1f s, heap at most %d MB",
          task, run.what(), run.seconds(), run.heapBytes() / 1_000_000);
    }
  }
}
