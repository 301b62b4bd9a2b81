package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.search.Evaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Orders plans for the certificate, and says which of several acceptable plans is wanted. */
final class Choice {
  /** Latencies of a profile are exact; this only separates different ones. */
  private static final double EXACT = 1e-6;

  /** Share of the size. */
  private static final double WORTH_A_TEST = 0.05;

  private final List<Evaluation> frontier;
  private final Map<String, Evaluation> byId;
  private final boolean prefersSize;

  Choice(List<Evaluation> frontier, boolean prefersSize) {
    this.frontier = List.copyOf(frontier);
    this.byId = frontier.stream().collect(Collectors.toMap(Evaluation::id, Function.identity()));
    this.prefersSize = prefersSize;
  }

  /** From the safest to the most aggressive, by search data alone. */
  List<Evaluation> safestFirst() {
    return frontier.stream()
        .sorted(
            Comparator.comparingDouble((Evaluation e) -> score(e).drop())
                .thenComparing(Comparator.comparingLong(Evaluation::sizeBytes).reversed())
                .thenComparing(e -> e.plan().key())
                .thenComparing(Evaluation::rounding))
        .toList();
  }

  /**
   * The plans that are worth a test on the holdout, from the safest to the most aggressive: each
   * one is wanted more than every safer one, because it is faster by more than the timing error, or
   * as fast and smaller by {@value #WORTH_A_TEST} of the size at least. Each further test is one
   * more at which the sequence may end, and what it could win must be worth that.
   */
  List<Evaluation> worthTesting() {
    ToLongFunction<Evaluation> speed = stepsAboveFastest();
    List<Evaluation> worth = new ArrayList<>();
    for (Evaluation plan : safestFirst()) {
      if (worth.stream().noneMatch(safer -> isAsGood(safer, plan, speed))) {
        worth.add(plan);
      }
    }
    return worth;
  }

  /** Whether the more aggressive of two plans wins too little to be tested. */
  private boolean isAsGood(
      Evaluation safer, Evaluation plan, ToLongFunction<Evaluation> stepsAboveFastest) {
    long slower = stepsAboveFastest.applyAsLong(plan) - stepsAboveFastest.applyAsLong(safer);
    boolean smaller = plan.sizeBytes() <= (1 - WORTH_A_TEST) * safer.sizeBytes();
    return prefersSize ? slower >= 0 && !smaller : slower > 0 || (slower == 0 && !smaller);
  }

  /**
   * The order of preference, most wanted first: the fastest, and within the timing error the
   * smallest; or the smallest and then the fastest.
   *
   * <p>Latencies count in steps of the usual timing error above the fastest plan, so that "within
   * the error" is the same for every pair.
   */
  Comparator<String> preference() {
    Comparator<Evaluation> bySpeed = Comparator.comparingLong(stepsAboveFastest());
    Comparator<Evaluation> bySize = Comparator.comparingLong(Evaluation::sizeBytes);
    Comparator<Evaluation> order =
        prefersSize ? bySize.thenComparing(bySpeed) : bySpeed.thenComparing(bySize);
    return (a, b) ->
        order
            .thenComparing((Evaluation e) -> e.plan().key())
            .thenComparing(Evaluation::rounding)
            .compare(get(a), get(b));
  }

  private ToLongFunction<Evaluation> stepsAboveFastest() {
    double fastest =
        frontier.stream().mapToDouble(e -> latency(e).ratio()).min().orElse(Double.NaN);
    double[] errors =
        frontier.stream().mapToDouble(e -> latency(e).relativeError()).sorted().toArray();
    double width = Math.max(EXACT, 2 * (errors.length == 0 ? 0 : errors[errors.length / 2]));
    return e -> Math.round(Math.log(latency(e).ratio() / fastest) / Math.log1p(width));
  }

  private Evaluation get(String id) {
    return Objects.requireNonNull(byId.get(id), id);
  }

  static PairedScore score(Evaluation evaluation) {
    return Objects.requireNonNull(evaluation.score(), "a failed plan is not on the frontier");
  }

  static Latency latency(Evaluation evaluation) {
    return Objects.requireNonNull(evaluation.latency(), "a failed plan is not on the frontier");
  }
}
