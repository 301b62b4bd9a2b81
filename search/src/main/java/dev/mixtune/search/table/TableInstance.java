package dev.mixtune.search.table;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A search problem in a table: a plan costs the sum of its layers' costs, and damages what the link
 * makes of its layers' damages, hidden pair terms and noise included.
 */
public final class TableInstance implements Benchmarked {
  private final TableShape shape;
  private final double[][] damages;
  private final Link link;
  private final List<PairTerm> pairs;
  private final Noise noise;

  /**
   * Normal noise that depends on nothing but the plan and the seed: asked again, a plan answers the
   * same.
   *
   * @param deviation standard deviation, at least 0
   * @param seed of the noise
   */
  public record Noise(double deviation, long seed) {
    /** No noise. */
    public static final Noise NONE = new Noise(0, 0);

    public Noise {
      if (!(deviation >= 0) || deviation == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException("noise of deviation " + deviation);
      }
    }

    double of(int[] plan) {
      if (deviation == 0) {
        return 0;
      }
      long hash = seed;
      for (int option : plan) {
        hash = (hash ^ (option + 1)) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 29;
      }
      return deviation * new Random(hash).nextGaussian();
    }
  }

  /**
   * An instance.
   *
   * @param shape names, groups and costs
   * @param damages {@code [layer][option]}, in the shape's sizes; with the saturating link at most
   *     1
   * @param link what makes one damage of many
   * @param pairs what pairs of layers add
   * @param noise added to the damage of each plan
   */
  public TableInstance(
      TableShape shape, double[][] damages, Link link, List<PairTerm> pairs, Noise noise) {
    this.shape = shape;
    this.damages = Arrays.stream(damages).map(double[]::clone).toArray(double[][]::new);
    this.link = link;
    this.pairs = List.copyOf(pairs);
    this.noise = noise;
    requireSizes();
  }

  private void requireSizes() {
    int[] reference = shape.dearest();
    if (damages.length != reference.length) {
      throw new IllegalArgumentException(
          damages.length + " layers with damages, " + reference.length + " with costs");
    }
    for (int gene = 0; gene < shape.genes(); gene++) {
      for (int layer : shape.layersOf(gene)) {
        if (damages[layer].length != shape.options(gene)) {
          throw new IllegalArgumentException("layer " + layer + ": damages and costs differ");
        }
        for (double damage : damages[layer]) {
          if (!Double.isFinite(damage) || (link == Link.SATURATING && damage > 1)) {
            throw new IllegalArgumentException("layer " + layer + ": damage " + damage);
          }
        }
      }
    }
    for (PairTerm pair : pairs) {
      if (!inRange(pair.layerA(), pair.optionA()) || !inRange(pair.layerB(), pair.optionB())) {
        throw new IllegalArgumentException("no such layer or option: " + pair);
      }
    }
  }

  private boolean inRange(int layer, int option) {
    return layer >= 0 && layer < damages.length && option >= 0 && option < damages[layer].length;
  }

  @Override
  public TableShape shape() {
    return shape;
  }

  /** The link. */
  public Link link() {
    return link;
  }

  /** Whether damages come from single layers alone, without noise: then the front can be solved. */
  public boolean isSeparable() {
    return pairs.isEmpty() && noise.deviation() == 0;
  }

  /** The damage of one layer's option. */
  double damage(int layer, int option) {
    return damages[layer][option];
  }

  @Override
  public double damage(int[] plan) {
    return trueDamage(plan) + noise.of(plan);
  }

  @Override
  public double trueDamage(int[] plan) {
    double combined = link.none();
    for (int layer = 0; layer < plan.length; layer++) {
      combined = link.add(combined, damages[layer][plan[layer]]);
    }
    for (PairTerm pair : pairs) {
      if (pair.isActive(plan)) {
        combined = link.add(combined, pair.damage());
      }
    }
    return link.damage(combined);
  }

  @Override
  public FrontVolume box() {
    return FrontVolume.of(this);
  }

  @Override
  public List<TablePoint> bestKnownFront() {
    return KnownFront.of(this, 1);
  }
}
