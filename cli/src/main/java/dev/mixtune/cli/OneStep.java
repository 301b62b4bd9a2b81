package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.PlanDifference;
import dev.mixtune.results.Explanation;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.PlanModel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chosen plan with one choice moved by one width.
 *
 * @param choice which layers
 * @param scheme what they have then
 * @param plan the whole plan then
 * @param predicted what is expected of it
 * @param measured what scoring it gave
 * @param source where that comes from
 */
record OneStep(
    LayerChoice choice,
    Scheme scheme,
    Plan plan,
    Explanation.@Nullable Change predicted,
    Explanation.@Nullable Change measured,
    @Nullable String source) {

  private static final double DEVIATIONS = 2;

  /** What the study knows of a step. */
  static OneStep of(
      ExplainedStudy study, @Nullable PlanModel model, LayerChoice choice, Scheme scheme) {
    Plan plan = choice.changed(study.base().plan(), scheme);
    OneStep step = new OneStep(choice, scheme, plan, predicted(study, model, plan), null, null);
    Optional<Evaluation> found = study.find(plan);
    return found.isEmpty() ? step : step.withRecorded(study, found.get());
  }

  private static Explanation.@Nullable Change predicted(
      ExplainedStudy study, @Nullable PlanModel model, Plan plan) {
    if (model == null) {
      return null;
    }
    PlanModel.Prediction then = model.predict(plan);
    PlanModel.Prediction now = model.predict(study.base().plan());
    double drop = then.drop().value() - now.drop().value();
    double error = DEVIATIONS * then.drop().deviation();
    return new Explanation.Change(
        drop,
        drop - error,
        drop + error,
        then.latencyRatio().value() - now.latencyRatio().value(),
        Math.round(then.sizeBytes().value() - now.sizeBytes().value()));
  }

  private OneStep withRecorded(ExplainedStudy study, Evaluation evaluation) {
    Climb climb = evaluation.climb();
    double ratio = evaluation.latency() == null ? Double.NaN : Choice.latency(evaluation).ratio();
    if (evaluation.score() != null) {
      return withScore(study, evaluation.score(), ratio, evaluation.sizeBytes(), "search");
    }
    if (climb != null && climb.discard() != null) {
      double base = Choice.score(study.base()).drop();
      return with(
          new Explanation.Change(
              climb.discard().dropEstimate() - base,
              climb.discard().dropAtLeast() - base,
              null,
              ratio - Choice.latency(study.base()).ratio(),
              evaluation.sizeBytes() - study.base().sizeBytes()),
          "part");
    }
    return this;
  }

  /**
   * This step, scored.
   *
   * @param ratio of its latency to float's; NaN when it was not timed
   */
  OneStep withScore(
      ExplainedStudy study, PairedScore score, double ratio, long sizeBytes, String where) {
    PlanDifference difference =
        PlanDifference.paired(
            PlanDifference.Drop.of(score),
            PlanDifference.Drop.of(Choice.score(study.base())),
            study.frontier().limit().confidence());
    return with(
        new Explanation.Change(
            difference.change(),
            difference.low(),
            difference.high(),
            Double.isFinite(ratio) ? ratio - Choice.latency(study.base()).ratio() : null,
            sizeBytes - study.base().sizeBytes()),
        where);
  }

  private OneStep with(Explanation.Change change, String where) {
    return new OneStep(choice, scheme, plan, predicted, change, where);
  }

  /** Whether the plan was scored on all samples of the search split. */
  boolean isScored() {
    return measured != null && !"part".equals(source);
  }

  /** Whether the layers become narrower. */
  boolean isDown(ExplainedStudy study) {
    return scheme.weightBits() < choice.in(study.base().plan()).weightBits();
  }

  /** In the words of {@code explain.json}. */
  Explanation.Step toStep() {
    return new Explanation.Step(
        scheme.weightBits(), scheme.id(), plan.id(), predicted, measured, source);
  }
}
