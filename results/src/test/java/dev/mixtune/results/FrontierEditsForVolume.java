package dev.mixtune.results;

import java.util.List;

/** Frontiers with another corner of their hypervolume. */
final class FrontierEditsForVolume {
  private FrontierEditsForVolume() {}

  static Frontier withCorner(Frontier f, List<Double> corner, List<String> objectives) {
    return new Frontier(
        f.schemaVersion(),
        f.task(),
        f.metric(),
        f.model(),
        f.target(),
        f.reference(),
        f.latency(),
        f.limit(),
        f.layers(),
        f.points(),
        f.uniforms(),
        f.certificate(),
        new Frontier.Hypervolume(0.5, corner, objectives),
        f.evaluations(),
        f.seed(),
        /* memory= */ null,
        /* finetuned= */ List.of());
  }
}
