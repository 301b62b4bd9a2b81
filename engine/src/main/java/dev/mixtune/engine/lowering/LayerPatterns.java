package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.List;
import java.util.Optional;

/** The list of lowering patterns. A new one is added here and nowhere else. */
final class LayerPatterns {
  private static final List<LayerPattern> ALL =
      List.of(
          new FloatPattern(),
          new StaticIntegerPattern(),
          new DynamicIntegerPattern(),
          new BlockwisePattern(),
          new StoredPattern(),
          new EmbeddingPattern());

  private LayerPatterns() {}

  /** The pattern that lowers the layer with this scheme. */
  static Optional<LayerPattern> find(Layer layer, Scheme scheme) {
    return ALL.stream().filter(pattern -> pattern.lowers(layer, scheme)).findFirst();
  }
}
