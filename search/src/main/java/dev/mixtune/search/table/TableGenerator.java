package dev.mixtune.search.table;

import dev.mixtune.search.table.TableInstance.Noise;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Makes instances that look like networks: layers differ by orders of magnitude in parameters and
 * in sensitivity, each bit less saves in proportion to the parameters and about doubles the error.
 * Everything follows from the seed.
 */
public final class TableGenerator {
  private static final int MOST_PARAMETERS = 400;
  private static final double SENSITIVITY_SPREAD = 1.2;
  private static final double NARROW_FACTOR = 3.5;

  /** What the damages of one plan look like, all layers at the narrowest option. */
  private static final double FULL_DAMAGE = 2.5;

  private TableGenerator() {}

  /**
   * An instance without pair terms and noise.
   *
   * @param layers number of layers, at least 1
   * @param options options per layer, at least 2
   */
  public static TableInstance separable(
      String name, int layers, int options, Link link, long seed) {
    Random random = new Random(seed);
    double[][] damages = damages(random, layers, options);
    return new TableInstance(
        new TableShape(name, List.of(), costs(random, layers, options)),
        damages,
        link,
        List.of(),
        Noise.NONE);
  }

  /**
   * An instance with hidden pair terms and seeded noise: every second pair of neighbours and a few
   * distant pairs add up to half of what the smaller of the two does alone, or take it away.
   *
   * @param noise standard deviation, as a share of the damage of the cheapest plan
   */
  public static TableInstance entangled(
      String name, int layers, int options, Link link, double noise, long seed) {
    TableInstance plain = separable(name, layers, options, link, seed);
    Random random = new Random(seed + 1);
    List<PairTerm> pairs = new ArrayList<>();
    for (int layer = 0; layer + 1 < layers; layer++) {
      boolean near = random.nextDouble() < 0.5;
      int other = near ? layer + 1 : random.nextInt(layers);
      if (other != layer && (near || random.nextDouble() < 0.2)) {
        addPairs(pairs, plain, layer, other, 2 * random.nextDouble() - 0.7, options);
      }
    }
    double[][] damages =
        IntStream.range(0, layers)
            .mapToObj(
                layer ->
                    IntStream.range(0, options)
                        .mapToDouble(option -> plain.damage(layer, option))
                        .toArray())
            .toArray(double[][]::new);
    TableInstance silent = new TableInstance(plain.shape(), damages, link, pairs, Noise.NONE);
    double deviation = noise * silent.trueDamage(plain.shape().cheapest());
    return new TableInstance(plain.shape(), damages, link, pairs, new Noise(deviation, seed + 2));
  }

  private static void addPairs(
      List<PairTerm> pairs, TableInstance plain, int a, int b, double strength, int options) {
    for (int i = 1; i < options; i++) {
      for (int j = 1; j < options; j++) {
        double smaller = Math.min(plain.damage(a, i), plain.damage(b, j));
        pairs.add(new PairTerm(a, i, b, j, 0.5 * strength * smaller));
      }
    }
  }

  /** Options from 8 bits down, in whole units: parameters x bits. */
  private static double[][] costs(Random random, int layers, int options) {
    double[][] costs = new double[layers][options];
    for (double[] layer : costs) {
      int parameters = (int) Math.ceil(Math.pow(MOST_PARAMETERS, random.nextDouble()));
      for (int option = 0; option < options; option++) {
        layer[option] = (double) parameters * bits(option, options);
      }
    }
    return costs;
  }

  private static int bits(int option, int options) {
    return 8 - 6 * option / (options - 1);
  }

  private static double[][] damages(Random random, int layers, int options) {
    double[][] damages = new double[layers][options];
    double sum = 0;
    for (double[] layer : damages) {
      double sensitivity = Math.exp(SENSITIVITY_SPREAD * random.nextGaussian());
      double damage = 0;
      for (int option = 1; option < options; option++) {
        double factor = Math.pow(NARROW_FACTOR, 2.0 * (8 - bits(option, options)) / 6);
        damage += sensitivity * factor * (0.5 + random.nextDouble());
        layer[option] = damage;
      }
      sum += damage;
    }
    for (double[] layer : damages) {
      for (int option = 0; option < options; option++) {
        layer[option] *= FULL_DAMAGE / sum;
      }
    }
    return damages;
  }
}
