package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.results.StudyReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Scores and times single steps as the study would have; what it finds stays out of study.db. */
final class StepMeasurements {
  private final ExplainedStudy study;
  private final Surroundings around;

  StepMeasurements(ExplainedStudy study, Surroundings around) {
    this.study = study;
    this.around = around;
  }

  /**
   * The same steps, scored on the study's search split.
   *
   * @throws UserException when the task, the data or the versions are not those of the study
   */
  List<OneStep> of(List<OneStep> steps) {
    RunOptions options = StudyCommands.optionsOf(study.folder());
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      Identity.differenceInFiles(study.identity(), Identity.of(options, bench))
          .ifPresent(
              difference -> {
                throw new UserException(
                    "steps of the study '"
                        + study.folder().root()
                        + "' cannot be measured: "
                        + difference,
                    "Explain without measuring: --measure 0.");
              });
      calibrate(bench, options, workers);
      List<OneStep> measured = new ArrayList<>();
      for (OneStep step : steps) {
        measured.add(measured(bench, step));
      }
      return measured;
    } finally {
      workers.shutdownNow();
    }
  }

  /** Prepares the network as the study did: what menus held, fitted or plainly rounded. */
  private void calibrate(Workbench bench, RunOptions options, ExecutorService workers) {
    try (StudyReader reader = StudyReader.open(study.folder().studyDb())) {
      MenuBuilder menus = new MenuBuilder(bench, options);
      StudyMemory.implementations(reader).ifPresent(menus::take);
      bench.calibrate(
          StudyMemory.rounding(reader),
          options.workerCount(),
          workers,
          FittingProgress.silent(),
          () -> menus::offered);
    }
  }

  private OneStep measured(Workbench bench, OneStep step) {
    LoweredPlan lowered = bench.lowering().lower(step.plan());
    Outcome outcome =
        Candidates.evaluator(bench, step.plan()).score(lowered.model(), bench.data().search());
    return outcome instanceof Outcome.Scored scored
        ? step.withScore(
            study, scored.score(), ratio(bench, lowered), lowered.model().length, "now")
        : step;
  }

  /** The study's own figure where it has timed these kernels, else timed or predicted now. */
  private double ratio(Workbench bench, LoweredPlan lowered) {
    try (StudyReader reader = StudyReader.open(study.folder().studyDb())) {
      Optional<Latency> known = reader.findLatency(lowered.kernelSignature());
      if (known.isPresent()) {
        return known.get().ratio();
      }
    }
    if (bench.target() instanceof ProfileTarget profile) {
      Plan untouched = Plan.uniform(bench.network().layers().size(), Scheme.F32);
      return profile
          .latencyModel()
          .latency(lowered.kernels(), bench.lowering().lower(untouched).kernels())
          .ratio();
    }
    TimerSettings brief = new TimerSettings(0.01, 0.95, 300_000_000L, 5, 20, 0.05, 2);
    try (Session floatModel = bench.runtime().open(bench.task().model(), bench.threads());
        Session candidate = bench.runtime().open(lowered.model(), bench.threads())) {
      return bench
          .timing()
          .hold(
              () ->
                  new HostTimer(brief)
                      .time(candidate, floatModel, bench.deploymentInputs())
                      .latency()
                      .ratio());
    }
  }
}
