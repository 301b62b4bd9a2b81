package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network of which every plan was really evaluated. Damage is the drop of the share of right
 * answers, cost is the size of the file.
 */
public final class FullTable implements Benchmarked {
  private final TableShape shape;
  private final int images;
  private final int reference;
  private final short[] right;
  private final double mostDrop;

  /**
   * A whole table.
   *
   * @param shape layers without groups, each with the same number of options, the widest first
   * @param images how many were answered
   * @param reference right answers of the float model
   * @param right right answers of each plan, at {@link #index}; at least 0
   * @param mostDrop drop beyond which nothing counts, a fraction above 0
   */
  public FullTable(TableShape shape, int images, int reference, short[] right, double mostDrop) {
    this.shape = shape;
    this.images = images;
    this.reference = reference;
    this.right = right.clone();
    this.mostDrop = mostDrop;
    if (shape.genes() != shape.layers() || right.length != plans(shape)) {
      throw new IllegalArgumentException(
          right.length + " answers for " + plans(shape) + " plans of '" + shape.name() + "'");
    }
    for (int index = 0; index < right.length; index++) {
      if (right[index] < 0 || right[index] > images) {
        throw new IllegalArgumentException(
            "plan " + index + " of '" + shape.name() + "' has " + right[index] + " right answers");
      }
    }
  }

  private static int plans(TableShape shape) {
    int plans = 1;
    for (int gene = 0; gene < shape.genes(); gene++) {
      plans = Math.multiplyExact(plans, shape.options(gene));
    }
    return plans;
  }

  /**
   * Where a plan stands: the number whose digits are its options, the first layer's the highest.
   */
  public static int index(int[] plan, int options) {
    int index = 0;
    for (int option : plan) {
      index = index * options + option;
    }
    return index;
  }

  /** The plan that stands at an index. */
  public static int[] plan(int index, int layers, int options) {
    int[] plan = new int[layers];
    int rest = index;
    for (int layer = layers - 1; layer >= 0; layer--) {
      plan[layer] = rest % options;
      rest /= options;
    }
    return plan;
  }

  @Override
  public TableShape shape() {
    return shape;
  }

  @Override
  public double damage(int[] plan) {
    return trueDamage(plan);
  }

  @Override
  public double trueDamage(int[] plan) {
    return (reference - right[index(plan, shape.options(0))]) / (double) images;
  }

  /**
   * From the file of the last option everywhere and no drop to that of the first one and the most
   * drop. They need not be the smallest and the largest: unpacking narrow weights costs a small
   * layer more bytes than it saves. What is smaller still counts as the smallest.
   */
  @Override
  public FrontVolume box() {
    int[] first = new int[shape.layers()];
    int[] last = new int[shape.layers()];
    Arrays.fill(last, shape.options(0) - 1);
    return new FrontVolume(shape.cost(last), 0, shape.cost(first), mostDrop);
  }

  @Override
  public List<TablePoint> bestKnownFront() {
    List<TablePoint> points = new ArrayList<>();
    for (int index = 0; index < right.length; index++) {
      int[] plan = plan(index, shape.layers(), shape.options(0));
      points.add(
          new TablePoint(Arrays.stream(plan).boxed().toList(), shape.cost(plan), trueDamage(plan)));
    }
    return TablePoint.front(points);
  }
}
