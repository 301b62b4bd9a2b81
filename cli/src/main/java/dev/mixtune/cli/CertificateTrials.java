package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.Certificate;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.Closeness;
import dev.mixtune.evaluators.DropLimit;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.PairedBounds;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * Asks the product's own order and certificate many times about answers of which the truth is
 * known: each trial draws a search split and a holdout, takes the frontier of the search split,
 * tests it on the holdout, and compares what was certified with the drops on all samples.
 */
final class CertificateTrials {
  private static final Set<Objective> OBJECTIVES = EnumSet.of(Objective.ACCURACY, Objective.SIZE);

  /** Latency plays no part here: all plans take the same time. */
  private static final Latency SAME = new Latency(1, 1, 0, Basis.MODELLED);

  private static final Closeness UNKNOWN = new Closeness(0, 1, Closeness.EXACT_DB);

  private final AnswerTable table;
  private final double[] truth;
  private final int[][] changes;
  private final Map<String, Integer> numbers = new HashMap<>();

  /** What becomes of a sample that a plan changes is kept per sample, because few change. */
  CertificateTrials(AnswerTable table) {
    this.table = table;
    this.truth = table.plans().stream().mapToDouble(table::drop).toArray();
    this.changes = new int[table.samples()][];
    for (int plan = 0; plan < truth.length; plan++) {
      numbers.put(table.plans().get(plan).plan().id(), plan);
    }
    for (int sample = 0; sample < changes.length; sample++) {
      boolean right = table.floatRight().get(sample);
      List<Integer> changed = new ArrayList<>();
      for (int plan = 0; plan < truth.length; plan++) {
        if (table.plans().get(plan).right().get(sample) != right) {
          changed.add(plan);
        }
      }
      changes[sample] = changed.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /**
   * How trials are made.
   *
   * @param search samples of the search split
   * @param holdout samples of the holdout
   * @param limit largest drop, a fraction
   * @param confidence one-sided
   * @param replacement whether samples may come twice, as if the source were endless; otherwise the
   *     two splits share none
   */
  record Setting(int search, int holdout, double limit, double confidence, boolean replacement) {}

  /**
   * What came of them.
   *
   * @param setting how they were made
   * @param safestDrop the least true drop of all plans
   * @param trials number of trials
   * @param certified trials in which a plan was certified
   * @param anyWrong trials in which a plan was certified whose true drop is above the limit
   * @param chosenWrong trials in which that was the chosen one
   * @param plansTested plans tested in all trials together
   */
  record Result(
      Setting setting,
      double safestDrop,
      int trials,
      int certified,
      int anyWrong,
      int chosenWrong,
      long plansTested) {}

  /**
   * Makes trials; the same seed draws the same splits.
   *
   * @param leastDrop plans whose true drop is below it are left out; the widest uniform plan too
   */
  Result run(Setting setting, double leastDrop, int trials, long seed) {
    List<Integer> plans = new ArrayList<>();
    double safest = Double.POSITIVE_INFINITY;
    for (int plan = 0; plan < truth.length; plan++) {
      if (truth[plan] >= leastDrop) {
        plans.add(plan);
        safest = Math.min(safest, truth[plan]);
      }
    }
    int certified = 0;
    int anyWrong = 0;
    int chosenWrong = 0;
    long tested = 0;
    Random random = new Random(seed);
    for (int trial = 0; trial < trials; trial++) {
      int[] drawn = draw(setting, random);
      CertificateResult result =
          test(
              setting,
              plans,
              tally(drawn, 0, setting.search()),
              tally(drawn, setting.search(), drawn.length));
      tested += result.plansTested();
      if (result.status() == CertificateResult.Status.CERTIFIED) {
        certified++;
        anyWrong += result.certified().stream().anyMatch(t -> wrong(t.planId(), setting)) ? 1 : 0;
        chosenWrong += wrong(result.pointId(), setting) ? 1 : 0;
      }
    }
    return new Result(setting, safest, trials, certified, anyWrong, chosenWrong, tested);
  }

  private boolean wrong(String planId, Setting setting) {
    return truth[number(planId)] > setting.limit();
  }

  private int number(String planId) {
    return Objects.requireNonNull(numbers.get(planId), planId);
  }

  /** Positions of the search split, then of the holdout. */
  private int[] draw(Setting setting, Random random) {
    int wanted = setting.search() + setting.holdout();
    if (setting.replacement()) {
      return random.ints(wanted, 0, table.samples()).toArray();
    }
    int[] order = new int[table.samples()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    for (int i = 0; i < wanted; i++) {
      int j = i + random.nextInt(order.length - i);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return Arrays.copyOf(order, wanted);
  }

  /** Counts of one draw. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a value
  private record Tally(int samples, int floatRight, int[] lost, int[] gained) {

    PairedScore score(int plan, double confidence) {
      int right = floatRight - lost[plan] + gained[plan];
      double reference = (double) floatRight / samples;
      double score = (double) right / samples;
      PairedBounds.Interval drop =
          PairedBounds.interval(lost[plan], gained[plan], samples, confidence);
      return new PairedScore(
          samples, reference, score, drop.low(), drop.high(), right, lost[plan], gained[plan]);
    }
  }

  private Tally tally(int[] drawn, int from, int to) {
    int[] lost = new int[truth.length];
    int[] gained = new int[truth.length];
    int floatRight = 0;
    for (int i = from; i < to; i++) {
      boolean right = table.floatRight().get(drawn[i]);
      floatRight += right ? 1 : 0;
      int[] counts = right ? lost : gained;
      for (int plan : changes[drawn[i]]) {
        counts[plan]++;
      }
    }
    return new Tally(to - from, floatRight, lost, gained);
  }

  /** As a study does: frontier and order by the search split, then the test on the holdout. */
  private CertificateResult test(
      Setting setting, List<Integer> plans, Tally search, Tally holdout) {
    List<Evaluation> evaluations = new ArrayList<>();
    for (int plan : plans) {
      AnswerTable.Row row = table.plans().get(plan);
      evaluations.add(
          new Evaluation(
              row.plan(),
              search.score(plan, setting.confidence()),
              SAME,
              row.sizeBytes(),
              0,
              "",
              null));
    }
    List<Evaluation> order =
        TestOrder.of(
            Frontier.of(evaluations, Dominance.exact(OBJECTIVES)),
            evaluations,
            table.plans().get(0).plan(),
            /* prefersSize= */ true);
    List<Certificate.Candidate> candidates =
        order.stream()
            .map(
                e ->
                    new Certificate.Candidate(
                        e.id(),
                        () ->
                            new Outcome.Scored(
                                holdout.score(number(e.id()), setting.confidence()), UNKNOWN)))
            .toList();
    return new Certificate(new DropLimit(setting.limit(), false), setting.confidence())
        .test(candidates, new Choice(order, /* prefersSize= */ true).preference());
  }
}
