package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    RunOptions options = StudyCommands.optionsOf(folder);
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      requireSameStudy(folder, options, bench);
      bench.calibrate(options.workerCount(), workers, FittingProgress.silent());
      LoweredPlan lowered = bench.lowering().lower(plan(point));
      if (lowered.model().length != point.sizeBytes()) {
        throw new UserException(
            "point '"
                + id
                + "' now has "
                + lowered.model().length
                + " bytes instead of the recorded "
                + point.sizeBytes(),
            "The study was made from other calibration samples or by another version of Mixtune.");
      }
      AtomicFile.write(file, lowered.model());
    } finally {
      workers.shutdownNow();
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

  private static Plan plan(FrontierPoint point) {
    return Plan.parse(String.join(" ", point.schemes()));
  }

  private static FrontierPoint find(Frontier frontier, String id) {
    Stream<FrontierPoint> all =
        Stream.concat(frontier.points().stream(), frontier.uniforms().stream());
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

  private static void requireSameStudy(StudyFolder folder, RunOptions options, Workbench bench) {
    Map<String, String> stored;
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      stored = reader.identity();
    }
    Identity.differenceInFiles(stored, Identity.of(options, bench))
        .ifPresent(
            difference -> {
              throw new UserException(
                  "the study '" + folder.root() + "' cannot be exported from: " + difference,
                  "Bring back the task, the data and the versions that the study was made with.");
            });
  }
}
