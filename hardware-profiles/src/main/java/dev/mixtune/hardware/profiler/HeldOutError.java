package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.ProfileLatencyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How wrong a profile is about shapes that it was not made from.
 *
 * @param median of |predicted / measured - 1|
 * @param ninety the error that 90 % of the models stay within
 * @param models how many models were held out, each once
 * @param chains of how many different shapes
 */
record HeldOutError(double median, double ninety, int models, int chains) {
  private static final int FOLDS = 5;

  /** Holds out a fifth of the chains in turn, all their schemes together; null when too few. */
  static @Nullable HeldOutError of(DeviceFacts facts, List<Observation> observations) {
    List<String> chains = observations.stream().map(Observation::chain).distinct().toList();
    if (chains.size() < 2 * FOLDS) {
      return null;
    }
    List<Double> errors = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      int part = fold;
      List<Observation> rest =
          observations.stream().filter(o -> fold(chains.indexOf(o.chain())) != part).toList();
      List<Observation> held =
          observations.stream().filter(o -> fold(chains.indexOf(o.chain())) == part).toList();
      try {
        ProfileLatencyModel model = new ProfileLatencyModel(ProfileMaker.withoutError(facts, rest));
        for (Observation observation : held) {
          double predicted = model.predict(observation.kernels()).millis() * 1e6;
          errors.add(Math.abs(predicted / observation.nanos() - 1));
        }
      } catch (UserException e) {
        return null;
      }
    }
    double[] sorted = errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new HeldOutError(
        ProfileMaker.round(Math.min(0.99, sorted[sorted.length / 2])),
        ProfileMaker.round(sorted[(int) (0.9 * (sorted.length - 1))]),
        sorted.length,
        chains.size());
  }

  /** No family of chains, which take turns, falls into one fold as a whole. */
  private static int fold(int chain) {
    return (chain / ChainGrid.CYCLE + chain) % FOLDS;
  }

  String sentence() {
    return String.format(
        Locale.ROOT,
        "Median over %d small models of %d shapes, each predicted from the shapes of the other"
            + " four fifths; 90 %% of them are within %.0f %%. Whole networks add up what single"
            + " kernels deviate, so theirs can differ.",
        models,
        chains,
        100 * ninety);
  }
}
