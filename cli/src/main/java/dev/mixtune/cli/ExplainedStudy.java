package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a finished study's folder says of its chosen plan.
 *
 * @param folder where it lies
 * @param frontier its outcome
 * @param point the chosen plan
 * @param base the evaluation that single steps are compared with: the plan with the library's
 *     weights where it was scored with them, so that a step changes nothing else
 * @param evaluations all of the study
 * @param sensitivity what each width does to each layer alone
 * @param implementations what was compared to implement each width
 * @param identity whose study it is
 */
record ExplainedStudy(
    StudyFolder folder,
    Frontier frontier,
    FrontierPoint point,
    Evaluation base,
    List<Evaluation> evaluations,
    Sensitivity sensitivity,
    Implementations implementations,
    Map<String, String> identity) {

  private static final String AGAIN = "Bring back the study.db that belongs to this frontier.json.";

  /**
   * Reads it.
   *
   * @throws UserException when the folder holds no finished study with a chosen plan
   */
  static ExplainedStudy read(Path directory) {
    StudyFolder folder = new StudyFolder(directory).existing();
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    FrontierPoint point =
        frontier
            .chosen()
            .orElseThrow(
                () ->
                    new UserException(
                        "the study '" + directory + "' has chosen no plan",
                        "Let it come to its end: ./tune resume " + directory + "."));
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      Sensitivity sensitivity =
          reader
              .document(StudyMemory.SENSITIVITY)
              .map(SensitivityFile::read)
              .orElseThrow(
                  () ->
                      new UserException(
                          "the study '" + directory + "' holds no sensitivities", AGAIN));
      return new ExplainedStudy(
          folder,
          frontier,
          point,
          base(reader, point),
          reader.evaluations(),
          sensitivity,
          StudyMemory.implementations(reader).orElse(Implementations.NONE),
          reader.identity());
    }
  }

  private static Evaluation base(StudyReader reader, FrontierPoint point) {
    Plan plan = point.plan();
    return scored(reader, plan, Rounding.LIBRARY)
        .or(() -> scored(reader, plan, point.rounding()))
        .orElseThrow(
            () ->
                new UserException(
                    "point '" + point.id() + "' of frontier.json is not in study.db", AGAIN));
  }

  private static Optional<Evaluation> scored(StudyReader reader, Plan plan, Rounding rounding) {
    return reader.find(plan, rounding).filter(evaluation -> !evaluation.isFailed());
  }

  /** The evaluation of a plan with the library's weights; empty when there is none. */
  Optional<Evaluation> find(Plan plan) {
    return evaluations.stream()
        .filter(e -> e.rounding() == Rounding.LIBRARY && e.plan().equals(plan))
        .findFirst();
  }
}
