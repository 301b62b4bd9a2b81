package dev.mixtune.search;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A chain of layers whose exact frontier is known: damages add up and saturate, latency counts
 * kernels and the boundaries between float and integer ones, all in small whole numbers. What the
 * search is told about damages is off by a factor per layer.
 */
final class ChainProblem implements Evaluator {
  private static final List<Scheme> SCHEMES =
      List.of(Scheme.F16, Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);
  private static final int BOUNDARY = 1;

  private final int layers;
  private final int[] parameters;
  private final int[] time;
  private final int[][] damage;
  private final double[] misjudged;
  final List<Plan> asked = new ArrayList<>();

  ChainProblem(int layers, long seed) {
    Random random = new Random(seed);
    this.layers = layers;
    this.parameters = random.ints(layers, 1, 7).toArray();
    this.time = random.ints(layers, 1, 5).toArray();
    this.damage = new int[layers][];
    this.misjudged = random.doubles(layers).map(u -> Math.exp(1.6 * (u - 0.5))).toArray();
    for (int i = 0; i < layers; i++) {
      int eight = random.nextInt(2);
      int four = eight + 1 + random.nextInt(4);
      int two = four + 4 + random.nextInt(12);
      damage[i] = new int[] {0, eight, four, two};
    }
  }

  SearchSpace space() {
    List<Menu> menus = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      List<MenuEntry> entries = new ArrayList<>();
      for (int s = 0; s < SCHEMES.size(); s++) {
        entries.add(
            new MenuEntry(
                SCHEMES.get(s),
                bytes(i, s),
                damage[i][s] * misjudged[i],
                s == 0 ? 3 * time[i] : time[i]));
      }
      menus.add(Toys.menu(i, entries.toArray(MenuEntry[]::new)));
    }
    return SearchSpace.of(layers, menus);
  }

  ReferencePoint reference() {
    return new ReferencePoint(
        drop(damageOf(Plan.uniform(layers, Scheme.W2A8))),
        1,
        size(Plan.uniform(layers, Scheme.F16)));
  }

  @Override
  public List<Evaluation> evaluate(List<Plan> plans) {
    asked.addAll(plans);
    return plans.stream().map(this::evaluation).toList();
  }

  Evaluation evaluation(Plan plan) {
    StringBuilder signature = new StringBuilder();
    plan.schemes().forEach(s -> signature.append(s == Scheme.F16 ? 'f' : 'i'));
    double ratio = ratio(timeOf(plan));
    return Toys.scored(
        plan,
        drop(damageOf(plan)),
        new Latency(ratio, ratio, 0, Basis.MODELLED),
        size(plan),
        signature.toString());
  }

  private int bytes(int layer, int scheme) {
    return parameters[layer] << (3 - scheme);
  }

  private int size(Plan plan) {
    int sum = 0;
    for (int i = 0; i < layers; i++) {
      sum += bytes(i, SCHEMES.indexOf(plan.scheme(i)));
    }
    return sum;
  }

  private int damageOf(Plan plan) {
    int sum = 0;
    for (int i = 0; i < layers; i++) {
      sum += damage[i][SCHEMES.indexOf(plan.scheme(i))];
    }
    return sum;
  }

  private int timeOf(Plan plan) {
    int sum = 0;
    for (int i = 0; i < layers; i++) {
      boolean isFloat = plan.scheme(i) == Scheme.F16;
      sum += isFloat ? 3 * time[i] : time[i];
      boolean boundary = i > 0 && isFloat != (plan.scheme(i - 1) == Scheme.F16);
      sum += boundary ? BOUNDARY : 0;
    }
    return sum;
  }

  private double drop(int totalDamage) {
    return 0.5 * (1 - Math.exp(-totalDamage / 60.0));
  }

  private double ratio(int totalTime) {
    return totalTime / (3.0 * Arrays.stream(time).sum());
  }

  /**
   * The hypervolume of the true frontier: a dynamic programme over (last kernel, damage, time)
   * keeps the least bytes, then the dominated box is summed cell by cell.
   */
  double exactHypervolume() {
    int mostDamage = damageOf(Plan.uniform(layers, Scheme.W2A8));
    int mostTime = 3 * Arrays.stream(time).sum() + BOUNDARY * layers;
    int[][][] least = new int[2][mostDamage + 1][mostTime + 1];
    for (int i = 0; i < layers; i++) {
      int[][][] next = new int[2][mostDamage + 1][mostTime + 1];
      for (int[][] plane : next) {
        for (int[] row : plane) {
          Arrays.fill(row, Integer.MAX_VALUE);
        }
      }
      for (int s = 0; s < SCHEMES.size(); s++) {
        int kernel = s == 0 ? 0 : 1;
        for (int last = 0; last < 2; last++) {
          int added = (s == 0 ? 3 * time[i] : time[i]) + (i > 0 && last != kernel ? BOUNDARY : 0);
          for (int d = damage[i][s]; d <= mostDamage; d++) {
            for (int t = added; t <= mostTime; t++) {
              int before = least[last][d - damage[i][s]][t - added];
              boolean start = i == 0 && (d > damage[i][s] || t > added);
              if (before < Integer.MAX_VALUE && !start) {
                next[kernel][d][t] = Math.min(next[kernel][d][t], before + bytes(i, s));
              }
            }
          }
        }
      }
      least = next;
    }
    return volume(least, mostDamage, mostTime);
  }

  private double volume(int[][][] least, int mostDamage, int mostTime) {
    ReferencePoint reference = reference();
    int[] fewest = new int[mostTime + 1];
    Arrays.fill(fewest, Integer.MAX_VALUE);
    double volume = 0;
    for (int d = 0; d < mostDamage; d++) {
      int soFar = Integer.MAX_VALUE;
      double slice = 0;
      for (int t = 0; t <= mostTime; t++) {
        fewest[t] = Math.min(fewest[t], Math.min(least[0][d][t], least[1][d][t]));
        soFar = Math.min(soFar, fewest[t]);
        double depth = Math.min(1, ratio(t + 1)) - Math.min(1, ratio(t));
        if (soFar < Integer.MAX_VALUE) {
          slice += depth * (1 - soFar / (double) reference.sizeBytes());
        }
      }
      volume += slice * (drop(d + 1) - drop(d)) / reference.drop();
    }
    return volume;
  }
}
