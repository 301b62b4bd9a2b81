package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Scheme;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What each scheme costs each layer while all other layers stay float.
 *
 * @param metric the metric's id
 * @param samples that every entry was scored on
 * @param confidence of the paired two-sided intervals
 * @param complete whether every layer and scheme is there
 * @param entries by layer, then scheme
 */
public record Sensitivity(
    String metric, int samples, double confidence, boolean complete, List<Entry> entries) {

  public Sensitivity {
    entries =
        entries.stream()
            .sorted(Comparator.comparingInt(Entry::layerIndex).thenComparing(Entry::scheme))
            .toList();
  }

  /**
   * One layer in one scheme. Layers of one group change together and carry the same outcome: count
   * a group once.
   *
   * @param layerIndex position in the network's list of layers
   * @param layerName the layer's name
   * @param scheme the layer's scheme
   * @param outcome of the plan
   */
  public record Entry(int layerIndex, String layerName, Scheme scheme, Outcome outcome) {

    /** Mean KL(float || plan) of the outputs in nats; infinite when the plan failed. */
    public double kl() {
      return outcome instanceof Outcome.Scored scored
          ? scored.closeness().kl()
          : Double.POSITIVE_INFINITY;
    }

    /** The metric, empty when the plan failed. */
    public Optional<PairedScore> score() {
      return outcome instanceof Outcome.Scored scored
          ? Optional.of(scored.score())
          : Optional.empty();
    }
  }

  /** The entry of a layer and a scheme. */
  public Optional<Entry> find(int layerIndex, Scheme scheme) {
    return entries.stream()
        .filter(entry -> entry.layerIndex() == layerIndex && entry.scheme() == scheme)
        .findFirst();
  }
}
