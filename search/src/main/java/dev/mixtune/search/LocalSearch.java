package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What a product's search is compared with: an iterated local search for the least drop within a
 * limit on bytes that trusts nothing but evaluations.
 *
 * <p>A move changes one choice, makes others smaller at random until the plan fits, and fills up
 * what is left. The best of eight new neighbours is taken when it is better. When nothing near is,
 * it goes on from the next start, or from the best plan shaken in three places.
 */
public final class LocalSearch {
  private static final int BATCH = 8;
  private static final int SHAKES = 3;
  private static final int RANDOM_STARTS = 4;
  private static final int TRIES = 60;

  /** Neighbours without success, per choice, after which a climb ends. */
  private static final int PATIENCE = 4;

  private final SearchSpace space;
  private final long[][] bytes;
  private final long mostBytes;
  private final Evaluator evaluator;
  private final Random random;
  private final Set<Plan> asked = new HashSet<>();
  private final List<Evaluation> found = new ArrayList<>();

  /**
   * A search, not started.
   *
   * @param mostBytes that the chosen entries may store together
   * @param evaluator asked for each plan once
   * @param seed of all randomness
   */
  public LocalSearch(SearchSpace space, long mostBytes, Evaluator evaluator, long seed) {
    this.space = space;
    this.bytes = Costs.of(space).bytes();
    this.mostBytes = mostBytes;
    this.evaluator = evaluator;
    this.random = new Random(seed);
  }

  /**
   * Spends the evaluations; call once.
   *
   * @param starts plans to begin with; those outside the space or the limit are passed over
   * @param most unique plans to evaluate, at least 1
   * @return all that was evaluated, the least drop first; failed ones left out
   */
  public List<Evaluation> run(Collection<Plan> starts, int most) {
    if (smallest() > mostBytes) {
      return List.of();
    }
    Set<Plan> first = new LinkedHashSet<>();
    starts.stream().filter(space::contains).filter(plan -> fits(plan)).forEach(first::add);
    for (int i = 0; i < RANDOM_STARTS; i++) {
      first.add(space.plan(fitted(drawn(), -1)));
    }
    List<Evaluation> open = new ArrayList<>(pay(List.copyOf(first), most));
    open.sort(BY_DROP);
    int barren = 0;
    while (asked.size() < most && barren < TRIES) {
      int before = asked.size();
      Evaluation best = best().orElse(null);
      int[] start =
          open.isEmpty()
              ? best == null ? fitted(drawn(), -1) : shaken(space.options(best.plan()))
              : space.options(open.remove(0).plan());
      climb(start, most);
      barren = asked.size() > before ? 0 : barren + 1;
    }
    found.sort(BY_DROP);
    return List.copyOf(found);
  }

  private static final Comparator<Evaluation> BY_DROP =
      Comparator.<Evaluation>comparingDouble(Objective.ACCURACY::of)
          .thenComparing(evaluation -> evaluation.plan().key());

  private Optional<Evaluation> best() {
    return found.stream().min(BY_DROP);
  }

  private void climb(int[] start, int most) {
    int[] at = start;
    double drop = dropOf(at, most);
    int stale = 0;
    while (asked.size() < most && stale < PATIENCE * bytes.length) {
      List<Plan> near = neighbours(at);
      if (near.isEmpty()) {
        return;
      }
      stale += near.size();
      Optional<Evaluation> better = pay(near, most).stream().min(BY_DROP);
      if (better.isPresent() && Objective.ACCURACY.of(better.get()) < drop) {
        at = space.options(better.get().plan());
        drop = Objective.ACCURACY.of(better.get());
        stale = 0;
      }
    }
  }

  private double dropOf(int[] options, int most) {
    Plan plan = space.plan(options);
    pay(List.of(plan), most);
    return found.stream()
        .filter(evaluation -> evaluation.plan().equals(plan))
        .mapToDouble(Objective.ACCURACY::of)
        .findFirst()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** New neighbours, as many as a batch holds where they can be found. */
  private List<Plan> neighbours(int[] at) {
    Set<Plan> near = new LinkedHashSet<>();
    for (int tries = 0; tries < TRIES && near.size() < BATCH; tries++) {
      Plan plan = space.plan(moved(at));
      if (!asked.contains(plan)) {
        near.add(plan);
      }
    }
    return List.copyOf(near);
  }

  /** Evaluates those that are new, as far as the evaluations go. */
  private List<Evaluation> pay(List<Plan> plans, int most) {
    List<Plan> fresh =
        plans.stream()
            .filter(plan -> !asked.contains(plan))
            .limit(Math.max(0, most - asked.size()))
            .toList();
    asked.addAll(fresh);
    List<Evaluation> scored =
        evaluator.evaluate(fresh).stream().filter(e -> !e.isFailed()).toList();
    found.addAll(scored);
    return scored;
  }

  private int[] shaken(int[] at) {
    int[] shaken = at;
    for (int i = 0; i < SHAKES; i++) {
      shaken = moved(shaken);
    }
    return shaken;
  }

  private int[] moved(int[] at) {
    int[] moved = at.clone();
    int menu = random.nextInt(moved.length);
    moved[menu] = random.nextInt(bytes[menu].length);
    return fitted(moved, menu);
  }

  private int[] drawn() {
    return Arrays.stream(bytes).mapToInt(menu -> random.nextInt(menu.length)).toArray();
  }

  /** Made smaller until it fits, then filled up, one choice left alone (or none: -1). */
  private int[] fitted(int[] options, int alone) {
    List<Integer> order = new ArrayList<>();
    for (int m = 0; m < options.length; m++) {
      if (m != alone) {
        order.add(m);
      }
    }
    Collections.shuffle(order, random);
    for (int round = 0; bytes(options) > mostBytes; round++) {
      for (int m : order) {
        if (bytes(options) > mostBytes) {
          options[m] = neighbour(m, options[m], /* larger= */ false);
        }
      }
      if (alone >= 0 && round > bytes[alone].length) {
        options[alone] = neighbour(alone, options[alone], /* larger= */ false);
      }
    }
    Collections.shuffle(order, random);
    for (int m : order) {
      int larger = neighbour(m, options[m], /* larger= */ true);
      long after = bytes(options) - bytes[m][options[m]] + bytes[m][larger];
      if (after <= mostBytes && random.nextBoolean()) {
        options[m] = larger;
      }
    }
    return options;
  }

  /** The entry next in size, the same one where there is none. */
  private int neighbour(int menu, int entry, boolean larger) {
    int next = entry;
    for (int i = 0; i < bytes[menu].length; i++) {
      long ahead =
          larger ? bytes[menu][i] - bytes[menu][entry] : bytes[menu][entry] - bytes[menu][i];
      long nearest = Math.abs(bytes[menu][next] - bytes[menu][entry]);
      if (ahead > 0 && (next == entry || ahead < nearest)) {
        next = i;
      }
    }
    return next;
  }

  private boolean fits(Plan plan) {
    return bytes(space.options(plan)) <= mostBytes;
  }

  private long smallest() {
    return Arrays.stream(bytes).mapToLong(menu -> Arrays.stream(menu).min().orElseThrow()).sum();
  }

  private long bytes(int[] options) {
    long sum = 0;
    for (int m = 0; m < options.length; m++) {
      sum += bytes[m][options[m]];
    }
    return sum;
  }
}
