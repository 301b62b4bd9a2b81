package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The kernels that each group of layers chooses from, one scheme for each: widths that only differ
 * in how they are stored count once.
 *
 * @param layers number of layers of the network
 * @param groups the members of each group, groups with a single kernel too
 * @param schemes for each group a scheme per kernel, the float one first
 */
record KernelChoices(int layers, List<List<Integer>> groups, List<List<Scheme>> schemes) {
  KernelChoices {
    groups = groups.stream().map(List::copyOf).toList();
    schemes = schemes.stream().map(List::copyOf).toList();
  }

  /** What sets one kernel apart. */
  private record Kernel(Arithmetic arithmetic, int bits) {
    static Kernel of(Layer layer, Scheme scheme) {
      boolean readsBits =
          scheme.arithmetic() == Arithmetic.BLOCKWISE || layer.kind() == OperatorKind.GATHER;
      return new Kernel(scheme.arithmetic(), readsBits ? scheme.weightBits() : 0);
    }
  }

  /**
   * The choices of a network.
   *
   * @param offered the schemes that a layer may take
   */
  static KernelChoices of(Network network, Function<Layer, List<Scheme>> offered) {
    List<List<Integer>> groups = new ArrayList<>();
    List<List<Scheme>> schemes = new ArrayList<>();
    for (List<Integer> members : network.groups().values()) {
      Layer first = network.layers().get(members.get(0));
      Map<Kernel, Scheme> byKernel = new LinkedHashMap<>();
      byKernel.put(Kernel.of(first, Scheme.F32), Scheme.F32);
      for (Scheme scheme : offered.apply(first)) {
        boolean all =
            members.stream().allMatch(m -> offered.apply(network.layers().get(m)).contains(scheme));
        if (all) {
          byKernel.putIfAbsent(Kernel.of(first, scheme), scheme);
        }
      }
      groups.add(members);
      schemes.add(List.copyOf(byKernel.values()));
    }
    return new KernelChoices(network.layers().size(), groups, schemes);
  }

  /** How many kernels each group has. */
  List<Integer> counts() {
    return schemes.stream().map(List::size).toList();
  }

  /** The plan that takes a kernel of each group. */
  Plan plan(int[] mix) {
    Scheme[] taken = new Scheme[layers];
    Arrays.fill(taken, Scheme.F32);
    for (int g = 0; g < mix.length; g++) {
      for (int member : groups.get(g)) {
        taken[member] = schemes.get(g).get(mix[g]);
      }
    }
    return new Plan(Arrays.stream(taken).map(Objects::requireNonNull).toList());
  }

  /** Plans in which all groups take the kernel of the same position, as far as they have one. */
  List<int[]> uniform() {
    int most = counts().stream().mapToInt(Integer::intValue).max().orElse(1);
    List<int[]> mixes = new ArrayList<>();
    for (int kernel = 0; kernel < most; kernel++) {
      int wanted = kernel;
      mixes.add(counts().stream().mapToInt(count -> Math.min(wanted, count - 1)).toArray());
    }
    return mixes;
  }
}
