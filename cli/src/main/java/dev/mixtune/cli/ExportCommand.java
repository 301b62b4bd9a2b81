package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.FinetunedPoint;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/** {@code tune export}: writes any point of a study as an ONNX file. */
final class ExportCommand {
  private static final String UNIFORM = "uniform-";

  private final Surroundings around;

  ExportCommand(Surroundings around) {
    this.around = around;
  }

  int run(Path directory, String id, Path file) {
    StudyFolder folder = new StudyFolder(directory).existing();
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    FrontierPoint point = find(frontier, id);
    try (StudyReader rows = StudyReader.open(folder.studyDb())) {
      AtomicFile.write(
          file, trained(folder, frontier, point).orElseGet(() -> found(folder, rows, point)));
    }
    around
        .out()
        .printf(
            Locale.ROOT,
            "%s: %d bytes, %s on the search split when it was scored%n",
            file,
            point.sizeBytes(),
            ScoreWords.of(point.search(), frontier.metric()));
    return ExitCodes.DONE;
  }

  /** The file of a fine-tuned point; empty for any other. */
  private static Optional<byte[]> trained(
      StudyFolder folder, Frontier frontier, FrontierPoint point) {
    return frontier.finetuned().stream()
        .filter(each -> each.point().id().equals(point.id()))
        .findFirst()
        .map(
            each ->
                PointModels.kept(folder, point.id(), each.sha256())
                    .orElseThrow(
                        () ->
                            new UserException(
                                "the file of point '"
                                    + point.id()
                                    + "', "
                                    + folder.point(point.id())
                                    + ", is missing or was changed",
                                "Bring it back: it cannot be made again without training.")));
  }

  private byte[] found(StudyFolder folder, StudyReader rows, FrontierPoint point) {
    Evaluation evaluation = evaluation(rows, point);
    return kept(folder, rows, evaluation).orElseGet(() -> made(folder, rows, evaluation));
  }

  private static Evaluation evaluation(StudyReader rows, FrontierPoint point) {
    Plan plan = Plan.parse(String.join(" ", point.schemes()));
    return rows.find(plan, point.rounding())
        .filter(evaluation -> !evaluation.isFailed())
        .orElseThrow(
            () ->
                new UserException(
                    "point '" + point.id() + "' of frontier.json is not in study.db",
                    "Bring back the study.db that belongs to this frontier.json."));
  }

  /** The file that the study keeps of a point; empty when it keeps none, or lost it. */
  private static Optional<byte[]> kept(
      StudyFolder folder, StudyReader rows, Evaluation evaluation) {
    return rows.fileSha256(evaluation.plan(), evaluation.rounding())
        .flatMap(sha256 -> PointModels.kept(folder, evaluation.id(), sha256));
  }

  private byte[] made(StudyFolder folder, StudyReader rows, Evaluation evaluation) {
    RunOptions options = StudyCommands.optionsOf(folder);
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      requireSameStudy(folder, rows, options, bench);
      MenuBuilder menus = new MenuBuilder(bench, options);
      StudyMemory.implementations(rows).ifPresent(menus::take);
      bench.calibrate(
          StudyMemory.rounding(rows),
          options.workerCount(),
          workers,
          FittingProgress.silent(),
          () -> menus::offered);
      byte[] model = new PointModels(bench, rows, folder, workers).lowered(evaluation).model();
      if (model.length != evaluation.sizeBytes()) {
        throw new UserException(
            "point '"
                + evaluation.id()
                + "' now has "
                + model.length
                + " bytes instead of the recorded "
                + evaluation.sizeBytes(),
            "The study was made from other calibration samples or by another version of Mixtune.");
      }
      return model;
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * The point with this id, or {@code chosen}, or {@code uniform-8}.
   *
   * @throws UserException when there is none
   */
  static FrontierPoint find(Frontier frontier, String id) {
    Stream<FrontierPoint> all =
        Stream.of(
                frontier.points().stream(),
                frontier.uniforms().stream(),
                frontier.finetuned().stream().map(FinetunedPoint::point))
            .flatMap(Function.identity());
    Optional<FrontierPoint> found =
        all.filter(
                point ->
                    point.id().equals(id)
                        || (point.uniform() != null && id.equals(UNIFORM + point.uniform()))
                        || (point.chosen() && id.equals("chosen")))
            .findFirst();
    return found.orElseThrow(
        () ->
            new UserException(
                "--point '" + id + "' is not in this study",
                "Name an id of frontier.json, such as "
                    + frontier.points().get(0).id()
                    + ", or chosen, or uniform-8."));
  }

  private static void requireSameStudy(
      StudyFolder folder, StudyReader rows, RunOptions options, Workbench bench) {
    Identity.differenceInFiles(rows.identity(), Identity.of(options, bench))
        .ifPresent(
            difference -> {
              throw new UserException(
                  "the study '" + folder.root() + "' cannot be exported from: " + difference,
                  "Bring back the task, the data and the versions that the study was made with.");
            });
  }
}
