package dev.mixtune.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Layer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a study: what {@code frontier.json} holds, field by field.
 *
 * <p>It carries no date, host or version, so that the same study gives the same bytes.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param task the task's name
 * @param metric what accuracy means in this task, such as {@code top1}
 * @param model the float model
 * @param target the device
 * @param reference what the float model reaches
 * @param latency the shape of deployment that latencies hold for
 * @param limit what was asked for
 * @param layers the layers, in the order of every per-layer list
 * @param points the frontier
 * @param uniforms the uniform plans for comparison, on the frontier or not; narrowest first
 * @param certificate the statement about the chosen plan; null when nothing was tested
 * @param hypervolume of the frontier; null when there is no frontier
 * @param evaluations number of evaluations; a plan that was rounded again counts once more
 * @param seed of the study
 * @param memory what the points' peak memory is and what float's comes to; null where none was
 *     measured
 * @param finetuned plans that were trained after the search, in the order in which they were; left
 *     out of the file where there are none
 */
public record Frontier(
    int schemaVersion,
    String task,
    String metric,
    ModelFile model,
    Target target,
    Reference reference,
    Deployment latency,
    Limit limit,
    List<LayerFacts> layers,
    List<FrontierPoint> points,
    List<FrontierPoint> uniforms,
    @Nullable CertificateFacts certificate,
    @Nullable Hypervolume hypervolume,
    int evaluations,
    long seed,
    @Nullable MemoryFacts memory,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FinetunedPoint> finetuned) {

  /** The version of the file that this class writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  public Frontier {
    layers = List.copyOf(layers);
    points = List.copyOf(points);
    uniforms = List.copyOf(uniforms);
    finetuned = List.copyOf(finetuned);
    List<FrontierPoint> trained = finetuned.stream().map(FinetunedPoint::point).toList();
    Set<String> ids = new HashSet<>();
    for (List<FrontierPoint> list : List.of(points, trained)) {
      for (FrontierPoint point : list) {
        if (!ids.add(point.id())) {
          throw new IllegalArgumentException("two points are called '" + point.id() + "'");
        }
      }
    }
    for (List<FrontierPoint> list : List.of(points, uniforms, trained)) {
      for (FrontierPoint point : list) {
        if (point.bits().size() != layers.size()) {
          throw new IllegalArgumentException(
              "point '"
                  + point.id()
                  + "' has "
                  + point.bits().size()
                  + " layers, the model has "
                  + layers.size());
        }
      }
    }
    if (points.stream().filter(FrontierPoint::chosen).count() > 1) {
      throw new IllegalArgumentException("more than one point is chosen");
    }
  }

  /**
   * The same frontier with what memory came to.
   *
   * @param facts of the float model and the way of measuring
   * @param peakBytes by the id of a point; others stay unknown
   */
  public Frontier withMemory(MemoryFacts facts, Map<String, Long> peakBytes) {
    return new Frontier(
        schemaVersion,
        task,
        metric,
        model,
        target,
        reference,
        latency,
        limit,
        layers,
        points.stream().map(p -> p.withPeakMemory(peakBytes.get(p.id()))).toList(),
        uniforms.stream().map(p -> p.withPeakMemory(peakBytes.get(p.id()))).toList(),
        certificate,
        hypervolume,
        evaluations,
        seed,
        facts,
        finetuned);
  }

  /** The same outcome with these fine-tuned plans. */
  public Frontier withFinetuned(List<FinetunedPoint> plans) {
    return new Frontier(
        schemaVersion,
        task,
        metric,
        model,
        target,
        reference,
        latency,
        limit,
        layers,
        points,
        uniforms,
        certificate,
        hypervolume,
        evaluations,
        seed,
        memory,
        plans);
  }

  /**
   * What the peak memory of points is.
   *
   * @param referencePeakBytes the float model's
   * @param method how it is measured and what it contains, a sentence
   */
  public record MemoryFacts(long referencePeakBytes, String method) {
    public MemoryFacts {
      Numbers.requirePositive("referencePeakBytes", referencePeakBytes);
    }
  }

  /**
   * The float model.
   *
   * @param file its name without folders
   * @param sha256 of its bytes, in hexadecimal digits
   */
  public record ModelFile(String file, String sha256) {}

  /**
   * The device.
   *
   * @param name such as {@code host}
   * @param basis the weakest basis among its latencies
   * @param modelledShare share of the chosen plan's predicted time that comes from modelled
   *     entries, 0..1
   */
  public record Target(String name, Basis basis, double modelledShare) {
    public Target {
      Numbers.requireFinite("modelledShare", modelledShare);
    }
  }

  /**
   * The float model's score on one split.
   *
   * @param accuracy the metric
   * @param samples number of samples
   * @param right samples answered right; null where the metric is no share of them
   */
  public record ReferenceScore(double accuracy, int samples, @Nullable Integer right) {
    public ReferenceScore {
      Numbers.requireFinite("accuracy", accuracy);
    }

    /** Whether the metric is a share of right answers; else it is a number of its own scale. */
    boolean isShare() {
      return right != null;
    }
  }

  /**
   * What the float model reaches.
   *
   * @param search on the search split
   * @param holdout on the holdout; null when the holdout was not touched
   * @param latencyMs milliseconds of one inference
   * @param sizeBytes bytes of its file, external data included
   */
  public record Reference(
      ReferenceScore search, @Nullable ReferenceScore holdout, double latencyMs, long sizeBytes) {
    public Reference {
      Numbers.requirePositive("latencyMs", latencyMs);
      Numbers.requirePositive("sizeBytes", sizeBytes);
    }
  }

  /**
   * The shape of deployment that latencies hold for.
   *
   * @param batch samples per inference
   * @param shape of the model's first input, batch included
   * @param threads threads per inference
   * @param basis where the latencies come from
   * @param prediction how good predicted latencies are; null where nothing was fitted, as for
   *     profiles, whose entries state their own error
   */
  public record Deployment(
      int batch, List<Long> shape, int threads, Basis basis, @Nullable PredictionFacts prediction) {
    public Deployment {
      shape = List.copyOf(shape);
    }

    /** A deployment for which no model was fitted. */
    public Deployment(int batch, List<Long> shape, int threads, Basis basis) {
      this(batch, shape, threads, basis, /* prediction= */ null);
    }
  }

  /**
   * What was asked for.
   *
   * @param maxDrop largest drop, as a fraction; null when a size or a latency was the limit
   * @param relative whether {@code maxDrop} is a fraction of the float model's metric
   * @param confidence 0..1
   */
  public record Limit(@Nullable Double maxDrop, boolean relative, double confidence) {
    public Limit {
      if (maxDrop != null) {
        Numbers.requirePositive("maxDrop", maxDrop);
      }
      if (!(confidence > 0 && confidence < 1)) {
        throw new IllegalArgumentException("confidence is " + confidence + ", not within 0..1");
      }
    }
  }

  /**
   * A layer.
   *
   * @param name the node's name in the model
   * @param op the ONNX operator
   * @param macs multiply-accumulates of one sample
   * @param parameters number of weights
   * @param group layers with the same group share one choice
   */
  public record LayerFacts(String name, String op, long macs, long parameters, String group) {
    /** The same facts in the words of the study's files. */
    public static LayerFacts of(Layer layer) {
      return new LayerFacts(
          layer.name(), layer.kind().onnxName(), layer.macs(), layer.parameters(), layer.group());
    }
  }

  /**
   * The statement about the chosen plan.
   *
   * @param pointId the plan
   * @param upperBound one-sided upper bound of its drop, as a fraction
   * @param confidence 0..1
   * @param samples holdout samples behind it
   * @param method how the bound was computed
   * @param plansTested plans tested on the holdout
   * @param limitResolvable the smallest limit that these samples could certify
   */
  public record CertificateFacts(
      String pointId,
      double upperBound,
      double confidence,
      int samples,
      String method,
      int plansTested,
      double limitResolvable) {
    public CertificateFacts {
      Numbers.requireFinite("upperBound", upperBound);
      Numbers.requireFinite("limitResolvable", limitResolvable);
    }
  }

  /**
   * The volume that the frontier dominates.
   *
   * @param value the volume
   * @param referencePoint the corner it is measured from, one number per objective
   * @param objectives names of the objectives
   */
  public record Hypervolume(double value, List<Double> referencePoint, List<String> objectives) {
    public Hypervolume {
      referencePoint = List.copyOf(referencePoint);
      objectives = List.copyOf(objectives);
      Numbers.requireFinite("hypervolume", value);
    }
  }

  /** The chosen point: among the frontier or, failing that, among the uniform plans. */
  public Optional<FrontierPoint> chosen() {
    return points.stream()
        .filter(FrontierPoint::chosen)
        .findFirst()
        .or(() -> uniforms.stream().filter(FrontierPoint::chosen).findFirst());
  }

  /**
   * The largest drop allowed, as a fraction of 1; empty when a size or a latency was the limit. A
   * relative limit is taken of the float model's metric on the holdout where it was used, else on
   * the search split.
   */
  public OptionalDouble absoluteLimit() {
    Double maxDrop = limit.maxDrop();
    if (maxDrop == null) {
      return OptionalDouble.empty();
    }
    if (!limit.relative()) {
      return OptionalDouble.of(maxDrop);
    }
    ReferenceScore holdout = reference.holdout();
    ReferenceScore base = holdout == null ? reference.search() : holdout;
    return OptionalDouble.of(maxDrop * base.accuracy());
  }
}
