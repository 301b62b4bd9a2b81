package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.DropLimit;
import dev.mixtune.evaluators.Task;
import dev.mixtune.results.FinetunedPoint;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.Score;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code tune finetune}: trains a plan of a study and enters it as a point of its own. */
final class FinetuneCommand {
  private static final int SHOWN_DIGITS = 8;
  private static final double HUNDREDTHS = 1e4;

  private final Surroundings around;
  private final TrainingProgram program;

  FinetuneCommand(Surroundings around, TrainingProgram program) {
    this.around = around;
    this.program = program;
  }

  int run(Path directory, FinetuneOptions options) {
    options.check();
    StudyFolder folder = new StudyFolder(directory).existing();
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    FrontierPoint origin = origin(frontier, options.point);
    RunOptions study = StudyCommands.optionsOf(folder);
    String key = options.key(trainingSamples(study));
    Optional<FinetunedPoint> known = known(folder, origin, key);
    if (known.isPresent()) {
      if (!frontier.finetuned().contains(known.get())) {
        // A stop between the row and the files that show it.
        new StudyFiles(folder).rebuild();
      }
      say("Point %s of %s was trained so already.", known.get().point().id(), folder.root());
      say("Another --seed, --lr, --epochs or train: makes another point.");
      return ExitCodes.DONE;
    }
    FinetunedEntry entry = new FinetunedEntry(folder, study, around);
    // Whatever is wrong with the study is better known before the hours of training.
    entry.check();
    Path work = work(folder, origin, key);
    program.run(arguments(study, origin, options, work));
    FinetunedPoint point = entry.enter(work, origin, options, key);
    discard(work);
    print(point, origin, frontier, folder);
    return ExitCodes.DONE;
  }

  private static FrontierPoint origin(Frontier frontier, String id) {
    frontier.finetuned().stream()
        .filter(each -> each.point().id().equals(id))
        .findFirst()
        .ifPresent(
            each -> {
              throw new UserException(
                  "--point '" + id + "' is fine-tuned already",
                  "Training always begins with the rounded plan: name "
                      + each.from()
                      + ", with another --seed, --lr or --epochs.");
            });
    return ExportCommand.find(frontier, id);
  }

  private Task.Training trainingSamples(RunOptions study) {
    Task.Training training = Workbench.task(study, around).train();
    if (training == null) {
      throw new UserException(
          study.model == null
              ? "the task file '" + taskFile(study) + "' names no training samples"
              : "a study of --model and --data has no training samples",
          "Add 'train: {source: pictures.npy}' to the task file; labels are not needed.");
    }
    return training;
  }

  private Path taskFile(RunOptions study) {
    return study.task == null ? around.exampleTask() : study.task;
  }

  private static Optional<FinetunedPoint> known(
      StudyFolder folder, FrontierPoint origin, String key) {
    try (StudyReader rows = StudyReader.open(folder.studyDb())) {
      return rows.finetuned().stream()
          .filter(each -> each.from().equals(origin.id()))
          .filter(each -> each.training().key().equals(key))
          .findFirst();
    }
  }

  /** The same command comes back to the same folder, and so to its checkpoint. */
  private static Path work(StudyFolder folder, FrontierPoint origin, String key) {
    String hash = Hashes.sha256(key.getBytes(StandardCharsets.UTF_8));
    return folder
        .root()
        .resolve("finetune")
        .resolve(origin.id() + "-" + hash.substring(0, SHOWN_DIGITS));
  }

  private List<String> arguments(
      RunOptions study, FrontierPoint origin, FinetuneOptions options, Path work) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--task", taskFile(study).toAbsolutePath().toString()));
    arguments.addAll(List.of("--plan", String.join(" ", origin.schemes())));
    arguments.addAll(List.of("--out", work.toAbsolutePath().toString()));
    arguments.addAll(List.of("--data-seed", Long.toString(study.seed), "--score", "search"));
    arguments.addAll(options.arguments());
    return arguments;
  }

  private void print(
      FinetunedPoint tuned, FrontierPoint origin, Frontier frontier, StudyFolder folder) {
    FrontierPoint point = tuned.point();
    say(
        "Point %s: %s on the search split, and %s before, %d bytes, %.3f of the float model's time",
        point.id(),
        ScoreWords.of(point.search(), frontier.metric()),
        ScoreWords.of(origin.search(), frontier.metric()),
        point.sizeBytes(),
        point.latencyRatio());
    Frontier.CertificateFacts certificate = tuned.certificate();
    if (certificate != null) {
      double limit = limit(frontier.limit(), point);
      say(
          "On the holdout its drop is at most %.2f points (%.0f %% confidence, %d samples): the"
              + " limit of %.2f %s.",
          // A bound is never shown smaller than it is.
          Math.ceil(HUNDREDTHS * certificate.upperBound()) / 100,
          100 * certificate.confidence(),
          certificate.samples(),
          100 * limit,
          certificate.upperBound() <= limit ? "holds" : "is not certified");
    }
    say("File: %s. Report: %s", folder.point(point.id()), folder.reportHtml());
  }

  /**
   * The limit that the certificate was held against. A study that was stopped early knows the float
   * model's score on the search split only; the trained plan's own test asked the holdout.
   */
  private static double limit(Frontier.Limit limit, FrontierPoint point) {
    Double maxDrop = limit.maxDrop();
    Score holdout = point.holdout();
    if (maxDrop == null || holdout == null) {
      return Double.NaN;
    }
    return new DropLimit(maxDrop, limit.relative()).absolute(holdout.accuracy() + holdout.drop());
  }

  /** The study holds all that is worth keeping. */
  private void discard(Path work) {
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      say("The folder %s is not needed any more and cannot be removed: %s", work, e);
    }
  }

  private void say(String format, Object... values) {
    around.out().println(String.format(Locale.ROOT, format, values));
  }
}
