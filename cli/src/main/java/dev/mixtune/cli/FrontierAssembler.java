package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.ExecutedKernels;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.hardware.PredictionError;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.PredictionFacts;
import dev.mixtune.results.Score;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Hypervolume;
import dev.mixtune.search.Objective;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.SearchResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a finding into the words of {@code frontier.json}. */
final class FrontierAssembler {
  private static final Logger LOG = LoggerFactory.getLogger(FrontierAssembler.class);

  private final Workbench bench;
  private final RunOptions options;
  private final LatencySource latencies;
  private final PointModels models;
  private final StudyStore store;
  private final Map<Plan, Integer> uniformBits = new HashMap<>();

  FrontierAssembler(StudyContext context) {
    this.bench = context.bench();
    this.options = context.options();
    this.latencies = context.latencies();
    this.models = new PointModels(context);
    this.store = context.store();
  }

  /**
   * The frontier as it is published.
   *
   * @param reference corner of the hypervolume
   */
  Frontier assemble(Finding finding, ReferencePoint reference) {
    SearchResult search = finding.search();
    search.uniforms().forEach((bits, plan) -> uniformBits.put(plan, bits));
    List<FrontierPoint> points = new ArrayList<>();
    for (Evaluation evaluation : search.frontier()) {
      points.add(point(evaluation, finding));
    }
    if (points.stream().noneMatch(FrontierPoint::chosen)) {
      // The widest uniform plan was chosen: other plans beat it, but on search data only.
      points.add(0, point(finding.chosen(), finding));
    }
    return new Frontier(
        Frontier.SCHEMA_VERSION,
        bench.task().name(),
        bench.task().metric().id(),
        new Frontier.ModelFile(bench.network().file(), bench.network().sha256()),
        new Frontier.Target(
            bench.target().name(),
            bench.target().basis(),
            latencies.modelledShare(bench.lowering().lower(finding.chosen().plan()))),
        reference(finding),
        deployment(),
        limit(),
        bench.network().layers().stream().map(Frontier.LayerFacts::of).toList(),
        points,
        uniforms(finding),
        certificate(finding.certificate()),
        hypervolume(search, reference),
        search.evaluations().size(),
        options.seed,
        /* memory= */ null,
        store.contents().finetuned());
  }

  /** Energy as it stands in the files; null where it is no objective. */
  static FrontierPoint.@Nullable EnergyFacts energy(@Nullable Energy energy) {
    return energy == null
        ? null
        : new FrontierPoint.EnergyFacts(energy.millijoules(), energy.ratio(), Basis.MODELLED);
  }

  private FrontierPoint point(Evaluation evaluation, Finding finding) {
    Plan plan = evaluation.plan();
    LoweredPlan lowered = models.lowered(evaluation);
    ExecutedKernels executed = ExecutedKernels.inspect(bench.runtime(), bench.network(), lowered);
    if (!executed.unplanned().isEmpty()) {
      LOG.warn("plan {} runs integer kernels it did not ask for: {}", evaluation.id(), executed);
    }
    PairedScore holdout = finding.holdout().get(evaluation.id());
    Latency latency = Choice.latency(evaluation);
    OptionalDouble predicted = latencies.predictedMillis(lowered);
    return new FrontierPoint(
        evaluation.id(),
        plan.schemes().stream().map(Scheme::weightBits).toList(),
        plan.schemes().stream().map(Scheme::id).toList(),
        executed.kernels(),
        Score.of(Choice.score(evaluation)),
        holdout == null ? null : Score.of(holdout),
        latency.millis(),
        latency.ratio(),
        latency.relativeError(),
        predicted.isPresent() ? (Double) predicted.getAsDouble() : null,
        latency.basis(),
        evaluation.sizeBytes(),
        (double) evaluation.sizeBytes() / bench.network().fileBytes(),
        evaluation.storedWeightBits(),
        evaluation.rounding() == Rounding.LIBRARY ? uniformBits.get(plan) : null,
        evaluation.id().equals(finding.chosen().id()),
        evaluation.rounding(),
        modelledShare(evaluation, lowered),
        energy(evaluation.energy()),
        /* peakMemoryBytes= */ null);
  }

  /** On the host all of it or nothing: a plan that nobody timed is a prediction. */
  private double modelledShare(Evaluation evaluation, LoweredPlan lowered) {
    return latencies instanceof HostLatency
        ? (Contention.isPredicted(evaluation) ? 1 : 0)
        : latencies.modelledShare(lowered);
  }

  private List<FrontierPoint> uniforms(Finding finding) {
    Map<Plan, Evaluation> scored = new HashMap<>();
    finding.search().evaluations().stream()
        .filter(e -> !e.isFailed() && e.rounding() == Rounding.LIBRARY)
        .forEach(e -> scored.put(e.plan(), e));
    List<FrontierPoint> points = new ArrayList<>();
    // Narrowest first, as the file promises.
    for (Plan plan : new TreeMap<>(Map.copyOf(finding.search().uniforms())).values()) {
      Evaluation evaluation = scored.get(plan);
      if (evaluation != null) {
        points.add(point(evaluation, finding));
      }
    }
    return points;
  }

  private Frontier.Reference reference(Finding finding) {
    Optional<PairedScore> held = finding.holdout().values().stream().findFirst();
    return new Frontier.Reference(
        referenceScore(bench.data().search(), bench.evaluator().reference(bench.data().search())),
        held.map(score -> referenceScore(bench.data().holdout(), score.reference())).orElse(null),
        latencies.floatMillis(),
        bench.network().fileBytes());
  }

  private Frontier.ReferenceScore referenceScore(SampleSet samples, double accuracy) {
    Integer right =
        bench.task().metric() instanceof CountMetric
            ? (Integer) (int) Math.round(accuracy * samples.size())
            : null;
    return new Frontier.ReferenceScore(accuracy, samples.size(), right);
  }

  private Frontier.Deployment deployment() {
    List<Long> shape = new ArrayList<>(bench.network().inputShape());
    if (!shape.isEmpty()) {
      shape.set(0, (long) bench.deploymentBatch());
    }
    return new Frontier.Deployment(
        bench.deploymentBatch(),
        shape,
        bench.threads(),
        bench.target().basis(),
        latencies instanceof HostLatency host
            ? host.predictions().error().map(FrontierAssembler::facts).orElse(null)
            : null);
  }

  private static PredictionFacts facts(PredictionError error) {
    return new PredictionFacts(
        error.plans(),
        error.median(),
        error.p95(),
        error.withinTenth(),
        Double.isNaN(error.rankCorrelation()) ? null : error.rankCorrelation());
  }

  private Frontier.Limit limit() {
    Optional<MaxDrop> limit = options.limit();
    return new Frontier.Limit(
        limit.map(MaxDrop::fraction).orElse(null),
        limit.map(MaxDrop::relative).orElse(false),
        options.confidenceFraction());
  }

  static Frontier.@Nullable CertificateFacts certificate(@Nullable CertificateResult result) {
    return result == null
        ? null
        : new Frontier.CertificateFacts(
            result.pointId(),
            result.upperBound(),
            result.confidence(),
            result.samples(),
            result.method(),
            result.plansTested(),
            result.limitResolvable());
  }

  private Frontier.Hypervolume hypervolume(SearchResult search, ReferencePoint reference) {
    List<Objective> objectives = search.dominance().objectives();
    List<Double> corner =
        objectives.stream()
            .map(
                objective ->
                    switch (objective) {
                      case ACCURACY -> reference.drop();
                      case LATENCY -> reference.latencyRatio();
                      case SIZE -> (double) reference.sizeBytes();
                      case ENERGY -> 1.0;
                    })
            .toList();
    return new Frontier.Hypervolume(
        Hypervolume.of(search.frontier(), objectives, reference),
        corner,
        objectives.stream().map(Objective::id).toList());
  }
}
