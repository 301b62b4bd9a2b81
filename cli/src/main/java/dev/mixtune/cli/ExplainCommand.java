package dev.mixtune.cli;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.results.Explanation;
import dev.mixtune.results.Frontier;
import dev.mixtune.search.PlanModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code tune explain}: why each layer of the chosen plan has its bits. */
final class ExplainCommand {
  private final Surroundings around;

  ExplainCommand(Surroundings around) {
    this.around = around;
  }

  /**
   * Prints a table and writes {@code explain.json} into the study's folder.
   *
   * @param most steps that are scored now, the closest ones that the search has not scored
   */
  int run(Path directory, int most) {
    if (most < 0) {
      throw new UserException(
          "--measure " + most + " is less than 0", "Write for example --measure 6.");
    }
    ExplainedStudy study = ExplainedStudy.read(directory);
    List<LayerChoice> choices = LayerChoice.of(study);
    PlanModel model =
        PlanModel.fit(LayerChoice.space(study, choices), study.evaluations()).orElse(null);
    List<OneStep> steps = new ArrayList<>();
    for (LayerChoice choice : choices) {
      Scheme now = choice.in(study.base().plan());
      choice.narrower(now).ifPresent(s -> steps.add(OneStep.of(study, model, choice, s)));
      choice.wider(now).ifPresent(s -> steps.add(OneStep.of(study, model, choice, s)));
    }
    Explanation explanation = explanation(study, choices, measured(study, steps, most));
    Path file = study.folder().root().resolve("explain.json");
    explanation.write(file);
    around.out().print(ExplanationText.of(explanation));
    around.out().println("Written: " + file);
    return ExitCodes.DONE;
  }

  private List<OneStep> measured(ExplainedStudy study, List<OneStep> steps, int most) {
    List<OneStep> close =
        steps.stream()
            .filter(step -> !step.isScored())
            .sorted(closestFirst(study))
            .limit(most)
            .toList();
    if (close.isEmpty()) {
      return steps;
    }
    around.out().println("Scoring the closest steps, " + close.size() + " plans ...");
    Map<String, OneStep> now = new HashMap<>();
    new StepMeasurements(study, around).of(close).forEach(step -> now.put(step.plan().id(), step));
    return steps.stream().map(step -> now.getOrDefault(step.plan().id(), step)).toList();
  }

  /**
   * A step is close when it could as well have been taken: steps down that lose least come first.
   */
  private static Comparator<OneStep> closestFirst(ExplainedStudy study) {
    return Comparator.<OneStep, Boolean>comparing(step -> !step.isDown(study))
        .thenComparingDouble(
            step -> {
              Explanation.Change known = step.toStep().known();
              return known == null ? 0 : Math.abs(known.drop());
            })
        .thenComparing(step -> step.plan().key());
  }

  private static Explanation explanation(
      ExplainedStudy study, List<LayerChoice> choices, List<OneStep> steps) {
    Frontier frontier = study.frontier();
    return new Explanation(
        Explanation.SCHEMA_VERSION,
        frontier.task(),
        frontier.metric(),
        frontier.target().name(),
        study.point().id(),
        frontier.absoluteLimit().isPresent() ? frontier.absoluteLimit().getAsDouble() : null,
        frontier.limit().confidence(),
        new Explanation.Base(
            Choice.score(study.base()).drop(),
            Choice.score(study.base()).samples(),
            Choice.latency(study.base()).millis(),
            Choice.latency(study.base()).ratio(),
            Choice.latency(study.base()).relativeError(),
            study.base().sizeBytes()),
        choices.stream().map(choice -> story(study, choice, steps)).toList());
  }

  private static Explanation.Story story(
      ExplainedStudy study, LayerChoice choice, List<OneStep> steps) {
    OneStep down = find(steps, choice, step -> step.isDown(study));
    OneStep up = find(steps, choice, step -> !step.isDown(study));
    Scheme now = choice.in(study.base().plan());
    int first = choice.layers().get(0);
    return new Explanation.Story(
        choice.layers().stream().map(i -> study.frontier().layers().get(i).name()).toList(),
        study.frontier().layers().get(first).op(),
        now.weightBits(),
        now.id(),
        down == null ? null : down.toStep(),
        up == null ? null : up.toStep(),
        widths(study, first),
        implementations(study, first),
        new StepReason(study).of(down, up));
  }

  private static @Nullable OneStep find(
      List<OneStep> steps, LayerChoice choice, java.util.function.Predicate<OneStep> which) {
    Optional<OneStep> found =
        steps.stream().filter(step -> step.choice().equals(choice)).filter(which).findFirst();
    return found.orElse(null);
  }

  private static List<Explanation.Width> widths(ExplainedStudy study, int layer) {
    List<Explanation.Width> widths = new ArrayList<>();
    study.sensitivity().entries().stream()
        .filter(entry -> entry.layerIndex() == layer && Double.isFinite(entry.kl()))
        .sorted(Comparator.comparing(dev.mixtune.evaluators.Sensitivity.Entry::scheme))
        .forEach(
            entry ->
                entry
                    .score()
                    .ifPresent(
                        score ->
                            widths.add(
                                new Explanation.Width(
                                    entry.scheme().weightBits(),
                                    entry.scheme().id(),
                                    Math.max(0, entry.kl()),
                                    score.drop()))));
    return widths;
  }

  private static List<Explanation.Implementation> implementations(ExplainedStudy study, int layer) {
    List<Implementations.Alternative> taken = study.implementations().taken(layer);
    List<Explanation.Implementation> all = new ArrayList<>();
    study
        .implementations()
        .of(layer)
        .values()
        .forEach(
            width ->
                width.forEach(
                    each ->
                        all.add(
                            new Explanation.Implementation(
                                each.of().weightBits(),
                                each.scheme(),
                                each.timeRatio(),
                                each.error(),
                                taken.contains(each)))));
    return all;
  }
}
