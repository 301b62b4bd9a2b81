package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.ClassDrops;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.ChosenJson;
import dev.mixtune.results.FinetunedPoint;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierCsv;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.HtmlReport;
import dev.mixtune.results.ParetoPlot;
import dev.mixtune.results.PredictionPlot;
import dev.mixtune.results.RecordedEvaluation;
import dev.mixtune.results.RoundingJson;
import dev.mixtune.results.RunFacts;
import dev.mixtune.results.SensitivityMap;
import dev.mixtune.results.SensitivityPlot;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import dev.mixtune.results.StudyView;
import dev.mixtune.search.Evaluation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the files of a study that are made from others. */
final class StudyFiles {
  private final StudyFolder folder;

  StudyFiles(StudyFolder folder) {
    this.folder = folder;
  }

  /** The frontier as data. */
  void writeFrontier(
      Frontier frontier, ChosenFile.Written chosen, String split, @Nullable ClassDrops classes) {
    FrontierJson.write(folder.frontierJson(), frontier);
    FrontierCsv.write(folder.frontierCsv(), frontier);
    ChosenJson.write(
        folder.chosenJson(),
        frontier,
        folder.chosenOnnx().getFileName().toString(),
        chosen.sha256(),
        new ChosenJson.ReadBack(
            chosen.sizeBytes(),
            chosen.latency().ratio(),
            chosen.latency().millis(),
            chosen.latency().relativeError(),
            chosen.score().score(),
            chosen.score().counts().map(PairedScore.Counts::right).orElse(null),
            chosen.score().samples(),
            split),
        classes);
  }

  /** The plots and the page. */
  void writePictures(
      Frontier frontier,
      List<Evaluation> evaluations,
      @Nullable SensitivityMap sensitivity,
      RunFacts run) {
    // The order in which workers finish must not show.
    List<Evaluation> ordered =
        evaluations.stream()
            .sorted(
                Comparator.comparing((Evaluation e) -> e.plan().key())
                    .thenComparing(Evaluation::rounding))
            .toList();
    StudyView view = StudyView.of(frontier, ordered).withHistory(rows());
    ParetoPlot plot = new ParetoPlot(view);
    AtomicFile.write(folder.paretoPng(), plot.png());
    AtomicFile.write(folder.paretoSvg(), plot.svg());
    PredictionPlot.of(frontier)
        .ifPresent(
            prediction -> {
              AtomicFile.write(folder.root().resolve("prediction.png"), prediction.png());
              AtomicFile.write(folder.root().resolve("prediction.svg"), prediction.svg());
            });
    new HtmlReport(view, sensitivity, run).write(folder.reportHtml());
  }

  private List<RecordedEvaluation> rows() {
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      return reader.rows();
    }
  }

  /** What the rounding methods were compared by. */
  void writeRounding(Preparation.Prepared prepared) {
    RoundingJson.write(
        folder.roundingJson(),
        prepared.rounded().report(),
        Optional.of(prepared.ranges()),
        Optional.of(prepared.equalization()));
  }

  /** The analysis as data and as a plot. */
  void writeSensitivity(Sensitivity sensitivity, List<String> layerNames) {
    AtomicFile.write(folder.sensitivityJson(), SensitivityFile.write(sensitivity));
    SensitivityPlot plot = new SensitivityPlot(layerNames, SensitivityStep.map(sensitivity));
    AtomicFile.write(folder.root().resolve("sensitivity.png"), plot.png());
    AtomicFile.write(folder.root().resolve("sensitivity.svg"), plot.svg());
  }

  /** Makes plots and page again from what the folder holds; fine-tuned plans are added. */
  void rebuild() {
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    RunFacts run = RunFacts.read(folder.runJson());
    List<Evaluation> evaluations;
    List<FinetunedPoint> finetuned;
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      evaluations = reader.evaluations();
      finetuned = reader.finetuned();
    }
    if (!frontier.finetuned().equals(finetuned)) {
      frontier = frontier.withFinetuned(finetuned);
      FrontierJson.write(folder.frontierJson(), frontier);
      FrontierCsv.write(folder.frontierCsv(), frontier);
    }
    SensitivityMap map = null;
    if (Files.exists(folder.sensitivityJson())) {
      Sensitivity sensitivity = SensitivityFile.read(text());
      map = SensitivityStep.map(sensitivity);
      writeSensitivity(
          sensitivity, frontier.layers().stream().map(Frontier.LayerFacts::name).toList());
    }
    writePictures(frontier, evaluations, map, run);
  }

  private String text() {
    try {
      return Files.readString(folder.sensitivityJson());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder.sensitivityJson(), e);
    }
  }
}
