package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fits surrogates of one objective, again and again as evaluations come in. Link, penalties and
 * pairs are chosen by what is missed least when it is left out; each fit starts from the choices of
 * the one before and looks one step around them, so that the fits stay cheap.
 */
final class SurrogateTrainer {
  private static final double[] PENALTIES = {1e-11, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1};
  private static final double[] PAIR_FACTORS = {0.1, 1, 10, 100};
  private static final double FREE = 1e-9;
  private static final double[] CEILINGS = {3, 1.5, 1.2, 1.06, 1.02};

  /** Additivity fails when more than this share of the spread is missed. */
  private static final double ADDITIVE = 1e-3;

  /** A pair must explain more than chance would among as many. */
  private static final double CLEAR = 3.5;

  private static final int MOST_DISTANT_PAIRS = 40;
  private static final int FEWEST = 8;
  private static final double LEAST_NOISE = 1e-12;
  private static final double LEAST_WEIGHT = 1e-6;

  /** Choices are explored again when there are so many times the observations. */
  private static final double GROWTH = 1.2;

  private final SurrogateFeatures plain;
  private final boolean saturates;
  private final double floor;
  private int penalty = PENALTIES.length / 2;
  private int pairFactor = 1;
  private int explored;
  private boolean explores;
  private List<int[]> pairs = List.of();
  private int ceiling;

  /** One choice of everything that is not fitted in closed form. */
  private record Choice(ResponseLink link, int ceiling, int penalty, int pair) {}

  private record Candidate(Choice choice, SurrogateFeatures features, RidgeFit fit, double error) {}

  /**
   * @param prior {@code [menu][entry]}, what each entry is believed to add, any unit
   * @param saturates whether a saturating link is considered
   */
  SurrogateTrainer(double[][] prior, boolean saturates) {
    this(prior, saturates, Double.POSITIVE_INFINITY);
  }

  /**
   * As above, for values of many orders of magnitude.
   *
   * @param floor share of the largest value from which on errors count by the value they belong to;
   *     when infinite, all errors count alike
   */
  SurrogateTrainer(double[][] prior, boolean saturates, double floor) {
    this.plain = new SurrogateFeatures(prior, List.of());
    this.saturates = saturates;
    this.floor = floor;
  }

  /**
   * Fits all observations.
   *
   * @return null when there are too few
   */
  @org.jspecify.annotations.Nullable
  Surrogate fit(List<int[]> plans, double[] values) {
    if (values.length < FEWEST) {
      return null;
    }
    double scale = Math.max(Double.MIN_NORMAL, spread(values));
    double[] targets = Arrays.stream(values).map(value -> value / scale).toArray();
    explores = values.length >= explored * GROWTH;
    Candidate best = best(plans, targets, scale, explores ? List.of() : pairs);
    if (explores && best.error() > ADDITIVE) {
      best = withPairs(plans, targets, scale, best);
    }
    Choice choice = best.choice();
    penalty = choice.penalty();
    pairFactor = choice.pair();
    ceiling = choice.ceiling();
    pairs = best.features().pairs();
    explored = explores ? values.length : explored;
    return new Surrogate(
        best.features(),
        new ResponseLink(choice.link().ceiling() * scale),
        best.fit(),
        scale,
        Math.max(best.error(), LEAST_NOISE));
  }

  private Candidate withPairs(
      List<int[]> plans, double[] targets, double scale, Candidate additive) {
    Candidate best = additive;
    List<int[]> near = plain.neighbours();
    Candidate local = best(plans, targets, scale, near);
    if (local.error() < best.error()) {
      best = local;
    }
    List<int[]> clear = clearPairs(plans, best);
    if (!clear.isEmpty()) {
      List<int[]> all = new ArrayList<>(best.features().pairs());
      all.addAll(clear);
      Candidate wide = best(plans, targets, scale, all);
      if (wide.error() < best.error()) {
        best = wide;
      }
    }
    return best;
  }

  /** Pairs whose columns go along with what is missed, the clearest first. */
  private List<int[]> clearPairs(List<int[]> plans, Candidate candidate) {
    double[] missed = candidate.fit().leftOut();
    Set<Long> taken = new HashSet<>();
    int menus = plans.get(0).length;
    for (int[] pair : candidate.features().pairs()) {
      taken.add((long) pair[0] * menus + pair[1]);
    }
    List<double[]> found = new ArrayList<>();
    double[] column = new double[plans.size()];
    for (int a = 0; a < menus; a++) {
      for (int b = a + 1; b < menus; b++) {
        if (taken.contains((long) a * menus + b)) {
          continue;
        }
        for (int i = 0; i < column.length; i++) {
          column[i] = plain.pairValue(a, b, plans.get(i));
        }
        double score = Math.abs(correlation(column, missed)) * Math.sqrt(column.length);
        if (score > CLEAR) {
          found.add(new double[] {score, a, b});
        }
      }
    }
    found.sort((x, y) -> Double.compare(y[0], x[0]));
    return found.stream()
        .limit(Math.min(MOST_DISTANT_PAIRS, plans.size() / 8))
        .map(f -> new int[] {(int) f[1], (int) f[2]})
        .toList();
  }

  private Candidate best(List<int[]> plans, double[] targets, double scale, List<int[]> pairs) {
    SurrogateFeatures features = plain.withPairs(pairs);
    List<RidgeFit.Row> rows = plans.stream().map(features::row).toList();
    List<ResponseLink> links = links(targets, scale);
    @Nullable Candidate best = null;
    for (int c = 0; c < links.size(); c++) {
      if (tries(c, ceiling) || (explores && c == 1)) {
        Linked linked = new Linked(features, links.get(c), rows, targets, units(targets));
        for (int p = 0; p < PENALTIES.length; p++) {
          for (int q = 0; tries(p, penalty) && q < PAIR_FACTORS.length; q++) {
            if (pairs.isEmpty() ? q == pairFactor : tries(q, pairFactor)) {
              Candidate candidate = linked.candidate(new Choice(links.get(c), c, p, q));
              if (best == null || candidate.error() < best.error()) {
                best = candidate;
              }
            }
          }
        }
      }
    }
    return Objects.requireNonNull(best);
  }

  /** Everything at first, then one step around what was best; between explorations that alone. */
  private boolean tries(int index, int known) {
    return explored == 0 || (explores ? Math.abs(index - known) <= 1 : index == known);
  }

  /** The plain sum, a ceiling of 1, then ceilings ever closer to the largest value seen. */
  private List<ResponseLink> links(double[] targets, double scale) {
    double most = Arrays.stream(targets).max().orElseThrow();
    List<ResponseLink> links = new ArrayList<>(List.of(ResponseLink.SUM));
    if (saturates && most > 0) {
      links.add(new ResponseLink(Math.max(1 / scale, most * (1 + 1e-9))));
      for (double factor : CEILINGS) {
        links.add(new ResponseLink(factor * most));
      }
    }
    return links;
  }

  /** What each observation's error is measured in. */
  private double[] units(double[] targets) {
    double most = Arrays.stream(targets).map(Math::abs).max().orElseThrow();
    return Arrays.stream(targets)
        .map(
            target ->
                floor == Double.POSITIVE_INFINITY || most == 0
                    ? 1
                    : Math.max(floor, Math.abs(target) / most))
        .toArray();
  }

  /** The observations under one link. */
  private static final class Linked {
    private final SurrogateFeatures features;
    private final ResponseLink link;
    private final double[] targets;
    private final double[] units;
    private final double[] sums;
    private final RidgeFit.Observations observations;

    Linked(
        SurrogateFeatures features,
        ResponseLink link,
        List<RidgeFit.Row> rows,
        double[] targets,
        double[] units) {
      this.features = features;
      this.link = link;
      this.targets = targets;
      this.units = units;
      this.sums = new double[targets.length];
      double[] weights = new double[targets.length];
      for (int i = 0; i < targets.length; i++) {
        sums[i] = link.toSum(targets[i]);
        double slope = link.slope(sums[i]);
        weights[i] = Math.max(LEAST_WEIGHT, slope * slope) / (units[i] * units[i]);
      }
      this.observations = new RidgeFit.Observations(rows, sums, weights, features.columns());
    }

    Candidate candidate(Choice choice) {
      double[] penalties = new double[features.columns()];
      Arrays.fill(penalties, PENALTIES[choice.penalty()] * targets.length);
      penalties[0] = FREE;
      penalties[1] = FREE;
      for (int c = features.mainColumns(); c < penalties.length; c++) {
        penalties[c] *= PAIR_FACTORS[choice.pair()];
      }
      RidgeFit fit = observations.fit(penalties);
      double error = 0;
      for (int i = 0; i < targets.length; i++) {
        double missed = link.toDamage(sums[i] - fit.leftOut()[i]) - targets[i];
        error += missed * missed / (units[i] * units[i]);
      }
      return new Candidate(choice, features, fit, Math.sqrt(error / targets.length));
    }
  }

  private static double spread(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  private static double correlation(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
  }
}
