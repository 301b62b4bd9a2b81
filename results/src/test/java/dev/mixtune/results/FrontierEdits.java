package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import dev.mixtune.search.Rounding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frontiers that differ from another one in a single respect. */
final class FrontierEdits {
  private FrontierEdits() {}

  static Frontier with(Frontier f, Frontier.Limit limit) {
    return copy(f, f.task(), limit, f.layers(), f.points(), f.uniforms(), f.certificate());
  }

  static Frontier with(Frontier f, List<FrontierPoint> points) {
    return copy(f, f.task(), f.limit(), f.layers(), points, f.uniforms(), f.certificate());
  }

  static Frontier with(Frontier f, Frontier.@Nullable CertificateFacts certificate) {
    return copy(f, f.task(), f.limit(), f.layers(), f.points(), f.uniforms(), certificate);
  }

  static Frontier with(Frontier f, Frontier.Target target) {
    return new Frontier(
        f.schemaVersion(),
        f.task(),
        f.metric(),
        f.model(),
        target,
        f.reference(),
        f.latency(),
        f.limit(),
        f.layers(),
        f.points(),
        f.uniforms(),
        f.certificate(),
        f.hypervolume(),
        f.evaluations(),
        f.seed(),
        /* memory= */ null,
        /* finetuned= */ List.of());
  }

  static Frontier with(Frontier f, Frontier.Reference reference) {
    return new Frontier(
        f.schemaVersion(),
        f.task(),
        f.metric(),
        f.model(),
        f.target(),
        reference,
        f.latency(),
        f.limit(),
        f.layers(),
        f.points(),
        f.uniforms(),
        f.certificate(),
        f.hypervolume(),
        f.evaluations(),
        f.seed(),
        /* memory= */ null,
        /* finetuned= */ List.of());
  }

  static Frontier withUniforms(Frontier f, List<FrontierPoint> uniforms) {
    return copy(f, f.task(), f.limit(), f.layers(), f.points(), uniforms, f.certificate());
  }

  /** The task, every layer and its operator are called so. */
  static Frontier named(Frontier f, String name) {
    List<Frontier.LayerFacts> layers =
        f.layers().stream()
            .map(l -> new Frontier.LayerFacts(name, name, l.macs(), l.parameters(), l.group()))
            .toList();
    return copy(f, name, f.limit(), layers, f.points(), f.uniforms(), f.certificate());
  }

  /** A point with the library's weights, of which no more is known. */
  static FrontierPoint ofLibrary(
      String id,
      List<Integer> bits,
      List<String> schemes,
      List<String> kernels,
      Score search,
      @Nullable Score holdout,
      double latencyMs,
      double latencyRatio,
      double latencyRelativeError,
      @Nullable Double predictedLatencyMs,
      Basis latencyBasis,
      long sizeBytes,
      double sizeRatio,
      double averageBits,
      @Nullable Integer uniform,
      boolean chosen) {
    return new FrontierPoint(
        id,
        bits,
        schemes,
        kernels,
        search,
        holdout,
        latencyMs,
        latencyRatio,
        latencyRelativeError,
        predictedLatencyMs,
        latencyBasis,
        sizeBytes,
        sizeRatio,
        averageBits,
        uniform,
        chosen,
        Rounding.LIBRARY,
        /* modelledShare= */ null,
        /* energy= */ null,
        /* peakMemoryBytes= */ null);
  }

  static FrontierPoint named(FrontierPoint p, String id) {
    return ofLibrary(
        id,
        p.bits(),
        p.schemes(),
        p.kernels(),
        p.search(),
        p.holdout(),
        p.latencyMs(),
        p.latencyRatio(),
        p.latencyRelativeError(),
        p.predictedLatencyMs(),
        p.latencyBasis(),
        p.sizeBytes(),
        p.sizeRatio(),
        p.averageBits(),
        p.uniform(),
        false);
  }

  static FrontierPoint timed(FrontierPoint p, double ratio) {
    return ofLibrary(
        p.id(),
        p.bits(),
        p.schemes(),
        p.kernels(),
        p.search(),
        p.holdout(),
        4 * ratio,
        ratio,
        p.latencyRelativeError(),
        p.predictedLatencyMs(),
        p.latencyBasis(),
        p.sizeBytes(),
        p.sizeRatio(),
        p.averageBits(),
        p.uniform(),
        p.chosen());
  }

  /** The same, but nobody has timed it. */
  static FrontierPoint predicted(FrontierPoint p) {
    return ofLibrary(
        p.id(),
        p.bits(),
        p.schemes(),
        p.kernels(),
        p.search(),
        p.holdout(),
        p.latencyMs(),
        p.latencyRatio(),
        p.latencyRelativeError(),
        p.latencyMs(),
        Basis.MODELLED,
        p.sizeBytes(),
        p.sizeRatio(),
        p.averageBits(),
        p.uniform(),
        p.chosen());
  }

  static FrontierPoint chosen(FrontierPoint p) {
    return judged(p, p.holdout(), true);
  }

  static FrontierPoint held(FrontierPoint p, @Nullable Score holdout) {
    return judged(p, holdout, p.chosen());
  }

  private static FrontierPoint judged(FrontierPoint p, @Nullable Score holdout, boolean chosen) {
    return ofLibrary(
        p.id(),
        p.bits(),
        p.schemes(),
        p.kernels(),
        p.search(),
        holdout,
        p.latencyMs(),
        p.latencyRatio(),
        p.latencyRelativeError(),
        p.predictedLatencyMs(),
        p.latencyBasis(),
        p.sizeBytes(),
        p.sizeRatio(),
        p.averageBits(),
        p.uniform(),
        chosen);
  }

  static FrontierPoint scored(FrontierPoint p, Score search) {
    return ofLibrary(
        p.id(),
        p.bits(),
        p.schemes(),
        p.kernels(),
        search,
        p.holdout(),
        p.latencyMs(),
        p.latencyRatio(),
        p.latencyRelativeError(),
        p.predictedLatencyMs(),
        p.latencyBasis(),
        p.sizeBytes(),
        p.sizeRatio(),
        p.averageBits(),
        p.uniform(),
        p.chosen());
  }

  private static Frontier copy(
      Frontier f,
      String task,
      Frontier.Limit limit,
      List<Frontier.LayerFacts> layers,
      List<FrontierPoint> points,
      List<FrontierPoint> uniforms,
      Frontier.@Nullable CertificateFacts certificate) {
    return new Frontier(
        f.schemaVersion(),
        task,
        f.metric(),
        f.model(),
        f.target(),
        f.reference(),
        f.latency(),
        limit,
        layers,
        points,
        uniforms,
        certificate,
        f.hypervolume(),
        f.evaluations(),
        f.seed(),
        /* memory= */ null,
        /* finetuned= */ List.of());
  }
}
