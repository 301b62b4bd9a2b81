package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The only way to a damage in a benchmark: pays for each plan once, remembers it, and refuses when
 * the evaluations are used up. Isolated one-layer plans count like all others.
 */
public final class CountedDamages {
  private final TableShape shape;
  private final DamageOracle oracle;
  private final int most;
  private final Consumer<TablePoint> listener;
  private final Map<List<Integer>, TablePoint> known = new HashMap<>();
  private final List<TablePoint> points = new ArrayList<>();

  /** Thrown when one more evaluation is asked for than is allowed. */
  public static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Spent(int most) {
      super("all " + most + " evaluations are spent");
    }
  }

  /**
   * Nothing evaluated yet.
   *
   * @param shape says which plans there are and what they cost
   * @param oracle answers
   * @param most the most unique plans that may be evaluated, at least 1
   */
  public CountedDamages(TableShape shape, DamageOracle oracle, int most) {
    this(shape, oracle, most, point -> {});
  }

  /** As above; the listener hears of each new plan. */
  public CountedDamages(
      TableShape shape, DamageOracle oracle, int most, Consumer<TablePoint> listener) {
    if (most < 1) {
      throw new IllegalArgumentException("at most " + most + " evaluations");
    }
    this.shape = shape;
    this.oracle = oracle;
    this.most = most;
    this.listener = listener;
  }

  /** What a searcher may know of the instance. */
  public TableShape shape() {
    return shape;
  }

  /**
   * The damage of a plan; counted unless it is known.
   *
   * @throws Spent when the plan is new and no evaluation is left
   */
  public double damage(int[] plan) {
    List<Integer> key = Arrays.stream(plan).boxed().toList();
    TablePoint point = known.get(key);
    if (point == null) {
      if (!shape.contains(plan)) {
        throw new IllegalArgumentException("no plan of '" + shape.name() + "': " + key);
      }
      if (left() == 0) {
        throw new Spent(most);
      }
      point = new TablePoint(key, shape.cost(plan), oracle.damage(plan));
      known.put(key, point);
      points.add(point);
      listener.accept(point);
    }
    return point.damage();
  }

  /** Whether the plan was evaluated. */
  public boolean knows(int[] plan) {
    return known.containsKey(Arrays.stream(plan).boxed().toList());
  }

  /** How many unique plans were evaluated. */
  public int count() {
    return points.size();
  }

  /** The most that may be evaluated. */
  public int most() {
    return most;
  }

  /** How many more may be evaluated. */
  public int left() {
    return most - points.size();
  }

  /** Everything evaluated, in order. */
  public List<TablePoint> points() {
    return List.copyOf(points);
  }
}
