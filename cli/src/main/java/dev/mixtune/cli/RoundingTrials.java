package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.fitting.ActivationTreatment;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.NetworkRounding;
import dev.mixtune.engine.fitting.RoundedNetwork;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Rounds one network in every way and scores the plans of the comparison. */
final class RoundingTrials {
  private static final List<String> ALL_METHODS =
      Stream.of(
              RoundingMethods.all().stream().map(RoundingMethod::name),
              FittingSettings.fittedMethods().stream(),
              Stream.of(FittingSettings.LEARNED))
          .flatMap(names -> names)
          .toList();

  private final Workbench bench;
  private final SampleSet samples;
  private final Calibration calibration;
  private final FittingSettings settings;
  private final Map<String, Plan> plans;
  private final ExecutorService workers;
  private final Listener listener;
  private final BooleanSupplier stop;
  private final List<RoundingFigure> figures = new ArrayList<>();

  /** Keys of the plans that the library was rounded for. */
  private final Set<String> ownPlans = new HashSet<>();

  /** Hears about figures as they come. */
  interface Listener {
    /** A figure is known. */
    void figure(RoundingFigure figure);

    /** Weights were fitted. */
    void fitted(FittingRun run);
  }

  /**
   * What fitting took.
   *
   * @param what was fitted, in words
   * @param seconds wall-clock time
   * @param heapBytes most heap in use
   */
  record FittingRun(String what, double seconds, long heapBytes) {}

  /**
   * @param samples what is scored
   * @param calibration activation ranges
   * @param settings with the widths of the comparison; the wide ends of plans are fitted too
   * @param workers score side by side and fit; not the caller's own
   * @param stop asked between the steps
   */
  RoundingTrials(
      Workbench bench,
      SampleSet samples,
      Calibration calibration,
      FittingSettings settings,
      ExecutorService workers,
      Listener listener,
      BooleanSupplier stop) {
    this.bench = bench;
    this.samples = samples;
    this.calibration = calibration;
    // The wide ends of narrow plans are of the same kind as what stands between them.
    this.settings =
        settings.withWidths(
            Stream.concat(Stream.of(RoundingPlans.WIDE), settings.widths().stream()).toList());
    this.workers = workers;
    this.listener = listener;
    this.stop = stop;
    PlanLowering lowering = lowering(plain(RoundingMethods.all().get(0).name()));
    this.plans = new RoundingPlans(bench.network(), lowering::schemes).of(settings.widths());
  }

  /**
   * Scores every plan with every source, with 8-bit activations and with float ones.
   *
   * @throws CancellationException when the user asked to stop
   */
  void run(List<RoundingSource> sources) {
    for (ActivationTreatment activations : ActivationTreatment.values()) {
      FittingSettings treated =
          activations == ActivationTreatment.FLOAT ? settings.weightsOnly() : settings;
      for (RoundingSource source : sources) {
        run(source, treated);
      }
    }
  }

  private void run(RoundingSource source, FittingSettings treated) {
    if (source.kind() == RoundingSource.Kind.IN_CONTEXT) {
      plans.forEach((name, plan) -> inContext(source, name, plan, treated));
      return;
    }
    RoundingLibrary library =
        switch (source.kind()) {
          case PLAIN -> plain(source.name());
          case ONE_FITTED ->
              fitted(source.name() + " alone", treated.withMethods(List.of(source.name())))
                  .library();
          case LEARNED ->
              fitted("library with learned rounding", treated.withMethods(ALL_METHODS)).library();
          case LIBRARY -> library(treated);
          case IN_CONTEXT -> throw new IllegalStateException("a library for one plan only");
        };
    score(source, plans, treated.activations(), library);
  }

  /** Where the library was rounded for this very plan, its figure is the one in context too. */
  private void inContext(RoundingSource source, String name, Plan plan, FittingSettings treated) {
    Optional<RoundingFigure> own =
        ownPlans.contains(plan.key()) ? find(name, treated.activations()) : Optional.empty();
    if (own.isPresent()) {
      known(own.get().as(source.name()));
      return;
    }
    RoundedNetwork fitted =
        fit(
            "in context: " + name,
            treated,
            rounding -> rounding.roundFor(plan, bench.calibrationBatches(), silent()));
    score(source, Map.of(name, plan), treated.activations(), fitted.library());
  }

  private Optional<RoundingFigure> find(String plan, ActivationTreatment activations) {
    return figures.stream()
        .filter(figure -> figure.source().equals(RoundingSource.LIBRARY.name()))
        .filter(figure -> figure.plan().equals(plan) && figure.activations() == activations)
        .findFirst();
  }

  private void known(RoundingFigure figure) {
    figures.add(figure);
    listener.figure(figure);
  }

  private RoundingLibrary plain(String method) {
    return new RoundingLibrary(bench.network(), RoundingMethods.named(method));
  }

  private RoundingLibrary library(FittingSettings treated) {
    RoundedNetwork library = fitted("library", treated);
    library.report().networks().forEach(network -> ownPlans.add(network.plan()));
    return library.library();
  }

  private RoundedNetwork fitted(String what, FittingSettings treated) {
    String widths = String.join(", ", treated.widths().stream().map(bits -> "W" + bits).toList());
    return fit(
        what + ": " + widths,
        treated,
        rounding -> rounding.round(bench.calibrationBatches(), silent()));
  }

  private static FittingProgress silent() {
    return FittingProgress.silent();
  }

  private interface Fit {
    RoundedNetwork with(NetworkRounding rounding);
  }

  private RoundedNetwork fit(String what, FittingSettings treated, Fit fit) {
    requireGoingOn();
    NetworkRounding rounding =
        new NetworkRounding(bench.network(), bench.runtime(), calibration, treated, workers);
    HeapPeak<RoundedNetwork> fitted = HeapPeak.of(() -> fit.with(rounding));
    listener.fitted(
        new FittingRun(
            what + ", " + RoundingDocument.words(treated.activations()),
            fitted.seconds(),
            fitted.heapBytes()));
    return fitted.result();
  }

  private void score(
      RoundingSource source,
      Map<String, Plan> scored,
      ActivationTreatment activations,
      RoundingLibrary library) {
    requireGoingOn();
    PlanLowering lowering = lowering(library);
    Map<String, Future<RoundingFigure>> running = new LinkedHashMap<>();
    scored.forEach(
        (name, plan) ->
            running.put(
                name,
                workers.submit(
                    () -> figure(source, name, lowering.lower(plan), activations, library))));
    running.values().forEach(future -> known(Futures.await(future, stop)));
  }

  private RoundingFigure figure(
      RoundingSource source,
      String name,
      LoweredPlan lowered,
      ActivationTreatment activations,
      RoundingLibrary library) {
    boolean integer = activations == ActivationTreatment.INTEGER;
    AccuracyEvaluator evaluator =
        integer ? Candidates.evaluator(bench, lowered.plan()) : bench.evaluator();
    byte[] model =
        integer
            ? lowered.model()
            : new WeightsOnlyModel(bench.network(), library).of(lowered.plan());
    Outcome outcome = evaluator.score(model, samples);
    return new RoundingFigure(
        name,
        source.name(),
        activations,
        lowered.storedWeightBits(),
        (double) lowered.model().length / bench.network().fileBytes(),
        outcome);
  }

  private PlanLowering lowering(RoundingLibrary library) {
    return new PlanLowering(bench.network(), calibration, library);
  }

  private void requireGoingOn() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped by the user");
    }
  }

  /** The names of the plans, in order. */
  List<String> planNames() {
    return List.copyOf(plans.keySet());
  }

  /** What a run is about, for the reader. */
  String subject() {
    return String.format(
        Locale.ROOT,
        "%d layers, %d samples scored, %d to calibrate on",
        bench.network().layers().size(),
        samples.size(),
        bench.data().calibration().size());
  }
}
