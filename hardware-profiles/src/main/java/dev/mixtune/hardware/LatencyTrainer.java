package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns a {@link NetworkLatencyModel} from timed plans of one network, and goes on learning.
 *
 * <p>The model is linear in {@link KernelTerms}, fitted by ridge regression on relative errors.
 * Penalties are chosen by the error of leaving one plan out, which a linear fit yields in closed
 * form (Allen, "The relationship between variable selection and data augmentation", Technometrics
 * 16, 1974, doi:10.1080/00401706.1974.10489157). Kinds of kernels are hardly penalised and single
 * uses more, so that what was seldom seen costs what its kind does.
 *
 * <p>Plans with the same kernels count once, with the mean of their times; otherwise a plan would
 * be left out in name only. The same observations in the same order give the same model. Not
 * thread-safe.
 */
public final class LatencyTrainer {
  /** Different plans without which there is no model. */
  public static final int FEWEST = 8;

  private static final double[] PENALTIES = {1e-3, 1e-2, 1e-1, 1, 10};
  private static final double[] PAIR_FACTORS = {1, 10, 1e4};
  private static final double KIND_FACTOR = 1e-2;
  private static final double FREE = 1e-9;

  /** Penalties are chosen anew when there are so many times the plans. */
  private static final double GROWTH = 1.25;

  private final boolean inContext;
  private final Map<List<KernelUse>, Timed> timed = new LinkedHashMap<>();
  private @Nullable NetworkLatencyModel fitted;
  private int chosenAt;
  private Penalty penalty = new Penalty(PENALTIES[2], PAIR_FACTORS[1]);

  /** Times of plans with the same kernels. */
  private record Timed(double sum, int count) {
    double mean() {
      return sum / count;
    }
  }

  private record Penalty(double use, double pairFactor) {
    double of(KernelTerms.Level level) {
      return switch (level) {
        case CONSTANT -> FREE;
        case KIND -> Math.max(FREE, use * KIND_FACTOR);
        case USE -> use;
        case PAIR -> use * pairFactor;
      };
    }
  }

  private LatencyTrainer(boolean inContext) {
    this.inContext = inContext;
  }

  /** A trainer that has seen nothing. */
  public static LatencyTrainer inContext() {
    return new LatencyTrainer(/* inContext= */ true);
  }

  /**
   * The control: a sum over the layers alone, each with a term for each of its kernels. It cannot
   * know what boundaries between precisions cost.
   */
  public static LatencyTrainer additive() {
    return new LatencyTrainer(/* inContext= */ false);
  }

  /**
   * Adds a timed plan.
   *
   * @param kernels what the lowered plan runs
   * @param ratio its time against the float model's, above 0
   */
  public void add(List<KernelUse> kernels, double ratio) {
    if (!(ratio > 0) || Double.isInfinite(ratio)) {
      throw new IllegalArgumentException("a plan takes " + ratio + " of the float model's time");
    }
    timed.merge(
        KernelTerms.asTheyRun(kernels),
        new Timed(ratio, 1),
        (a, b) -> new Timed(a.sum() + b.sum(), a.count() + b.count()));
    fitted = null;
  }

  /** Different plans so far, by their kernels. */
  public int plans() {
    return timed.size();
  }

  /** The model of everything added so far; empty while that is too little. */
  public Optional<NetworkLatencyModel> model() {
    if (fitted == null && timed.size() >= FEWEST) {
      fitted = fit();
    }
    return Optional.ofNullable(fitted);
  }

  private NetworkLatencyModel fit() {
    KernelTerms terms = new KernelTerms(inContext);
    List<SparseRow> rows = new ArrayList<>();
    timed.keySet().forEach(kernels -> rows.add(terms.learned(kernels)));
    double[] ratios = timed.values().stream().mapToDouble(Timed::mean).toArray();
    RelativeRidge ridge = new RelativeRidge(rows, ratios, terms.levels().size());
    if (timed.size() >= chosenAt * GROWTH) {
      choose(ridge, terms);
      chosenAt = timed.size();
    }
    RelativeRidge.Fit best = ridge.fit(penalties(terms, penalty));
    double least = Arrays.stream(ratios).min().orElseThrow();
    Map<List<KernelUse>, Double> leftOut = new HashMap<>();
    int row = 0;
    for (List<KernelUse> kernels : timed.keySet()) {
      leftOut.put(kernels, best.leftOut()[row++]);
    }
    return new NetworkLatencyModel(
        terms, best.coefficients(), PredictionError.of(best.leftOut(), ratios), least, leftOut);
  }

  /** The penalty of uses first, then that of pairs beside it: each fit is a matrix inversion. */
  private void choose(RelativeRidge ridge, KernelTerms terms) {
    double least = Double.POSITIVE_INFINITY;
    for (Penalty tried : tried()) {
      double error = ridge.fit(penalties(terms, tried)).leftOutError();
      if (error < least) {
        least = error;
        penalty = tried;
      }
    }
    if (inContext) {
      double use = penalty.use();
      for (double factor : PAIR_FACTORS) {
        Penalty tried = new Penalty(use, factor);
        double error = ridge.fit(penalties(terms, tried)).leftOutError();
        if (error < least) {
          least = error;
          penalty = tried;
        }
      }
    }
  }

  private static List<Penalty> tried() {
    return Arrays.stream(PENALTIES).mapToObj(use -> new Penalty(use, PAIR_FACTORS[1])).toList();
  }

  private static double[] penalties(KernelTerms terms, Penalty penalty) {
    return terms.levels().stream().mapToDouble(penalty::of).toArray();
  }
}
