package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a searcher may know of an instance: everything but the damages.
 *
 * <p>A plan is an array with one option index per layer; layers of one group take the same index.
 */
public final class TableShape {
  private final String name;
  private final double[][] costs;
  private final List<int[]> genes;

  /**
   * A shape.
   *
   * @param name shown in tables
   * @param groups layers (counted from 0) that share a choice; layers in no group choose alone
   * @param costs {@code [layer][option]}, finite; smaller is better
   * @throws IllegalArgumentException when a layer has no option, a cost is not finite, a group
   *     names a layer that does not exist or is in another group, or members of a group differ in
   *     their number of options
   */
  public TableShape(String name, List<List<Integer>> groups, double[][] costs) {
    this.name = name;
    this.costs = Arrays.stream(costs).map(double[]::clone).toArray(double[][]::new);
    if (costs.length == 0) {
      throw new IllegalArgumentException("there is no layer");
    }
    for (int layer = 0; layer < costs.length; layer++) {
      if (costs[layer].length == 0 || !Arrays.stream(costs[layer]).allMatch(Double::isFinite)) {
        throw new IllegalArgumentException(
            "layer " + layer + " has costs " + Arrays.toString(costs[layer]));
      }
    }
    this.genes = genes(groups, costs);
  }

  private static List<int[]> genes(List<List<Integer>> groups, double[][] costs) {
    int[][] groupOf = new int[costs.length][];
    for (List<Integer> group : groups) {
      int[] members = group.stream().mapToInt(Integer::intValue).sorted().toArray();
      for (int layer : members) {
        if (layer < 0 || layer >= costs.length || groupOf[layer] != null) {
          throw new IllegalArgumentException(
              "group " + group + ": layer " + layer + " is no layer or is in two groups");
        }
        if (costs[layer].length != costs[members[0]].length) {
          throw new IllegalArgumentException(
              "group " + group + ": its layers differ in their number of options");
        }
        groupOf[layer] = members;
      }
    }
    List<int[]> genes = new ArrayList<>();
    for (int layer = 0; layer < costs.length; layer++) {
      int[] members = groupOf[layer];
      if (members == null) {
        genes.add(new int[] {layer});
      } else if (members[0] == layer) {
        genes.add(members);
      }
    }
    return List.copyOf(genes);
  }

  /** The name shown in tables. */
  public String name() {
    return name;
  }

  /** Number of layers. */
  public int layers() {
    return costs.length;
  }

  /** Number of independent choices: groups and single layers. */
  public int genes() {
    return genes.size();
  }

  /** The layers that share choice {@code gene}. */
  public int[] layersOf(int gene) {
    return genes.get(gene).clone();
  }

  /** Number of options of choice {@code gene}. */
  public int options(int gene) {
    return costs[genes.get(gene)[0]].length;
  }

  /** What option {@code option} of choice {@code gene} costs, all its layers together. */
  public double cost(int gene, int option) {
    double sum = 0;
    for (int layer : genes.get(gene)) {
      sum += costs[layer][option];
    }
    return sum;
  }

  /** The cost of a plan. */
  public double cost(int[] plan) {
    double sum = 0;
    for (int layer = 0; layer < plan.length; layer++) {
      sum += costs[layer][plan[layer]];
    }
    return sum;
  }

  /** The plan that takes these options, one per choice. */
  public int[] plan(int[] options) {
    int[] plan = new int[layers()];
    for (int gene = 0; gene < options.length; gene++) {
      for (int layer : genes.get(gene)) {
        plan[layer] = options[gene];
      }
    }
    return plan;
  }

  /** The options of a plan, one per choice. */
  public int[] options(int[] plan) {
    return genes.stream().mapToInt(layers -> plan[layers[0]]).toArray();
  }

  /** For each choice its options from the dearest to the cheapest. */
  int[][] dearestFirst() {
    int[][] orders = new int[genes()][];
    for (int gene = 0; gene < orders.length; gene++) {
      int of = gene;
      orders[gene] =
          IntStream.range(0, options(gene))
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(option -> -cost(of, option))
                      .thenComparing(option -> option))
              .mapToInt(Integer::intValue)
              .toArray();
    }
    return orders;
  }

  /** The plan of each choice's dearest option; as a rule the one with the least damage. */
  public int[] dearest() {
    return plan(Arrays.stream(dearestFirst()).mapToInt(order -> order[0]).toArray());
  }

  /** The plan of each choice's cheapest option; as a rule the one with the most damage. */
  public int[] cheapest() {
    return plan(Arrays.stream(dearestFirst()).mapToInt(order -> order[order.length - 1]).toArray());
  }

  /** Whether the plan is one of this shape. */
  public boolean contains(int[] plan) {
    if (plan.length != layers()) {
      return false;
    }
    for (int layer = 0; layer < plan.length; layer++) {
      if (plan[layer] < 0 || plan[layer] >= costs[layer].length) {
        return false;
      }
    }
    return Arrays.equals(plan(options(plan)), plan);
  }
}
