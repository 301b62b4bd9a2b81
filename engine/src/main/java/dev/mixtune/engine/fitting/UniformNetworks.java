package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The uniform networks that weights are fitted in: what {@link NetworkRounding#round} costs grows
 * with their number.
 *
 * @param plans one for each network; its layers on integer kernels and in blocks are rounded
 */
public record UniformNetworks(List<Plan> plans) {

  public UniformNetworks {
    plans = List.copyOf(plans);
  }

  /**
   * For every width all layers on integer kernels and, at 4 and 2 bits, all matrix products in
   * blocks of 32. With float activations there are no blocks.
   */
  public static UniformNetworks of(Network network, FittingSettings settings) {
    return of(
        network,
        settings,
        layer -> List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8, Scheme.W4_BLOCK, Scheme.W2_BLOCK));
  }

  /**
   * For every width of the settings the network in which each layer runs as its menu has it, and
   * networks of blocks alone for what matrix products offer beside that.
   *
   * @param offered the schemes of each layer. Only whether a matrix product offers integer kernels
   *     or blocks counts: other layers are rounded for integer kernels at every width
   */
  public static UniformNetworks of(
      Network network, FittingSettings settings, Function<Layer, Collection<Scheme>> offered) {
    boolean integer = settings.activations() == ActivationTreatment.INTEGER;
    List<Plan> plans = new ArrayList<>();
    List<Plan> more = new ArrayList<>();
    for (int bits : settings.widths()) {
      Plan plan = integer ? asOffered(network, bits, offered) : UniformPlans.of(network, bits);
      plans.add(plan);
      // At 8 bits plain blocks are good enough: a network of their own would take its time in vain.
      if (integer && bits < 8) {
        more.addAll(blocksBeside(plan, network, bits, offered));
      }
    }
    plans.addAll(more);
    return new UniformNetworks(plans);
  }

  private static Plan asOffered(
      Network network, int bits, Function<Layer, Collection<Scheme>> offered) {
    Plan plan = UniformPlans.of(network, bits);
    for (Layer layer : network.layers()) {
      List<Scheme> blocks = blocks(layer, bits, offered);
      boolean onIntegers =
          offered.apply(layer).stream()
              .anyMatch(each -> each.weightBits() == bits && each.arithmetic().isInteger());
      if (!onIntegers && !blocks.isEmpty()) {
        plan = plan.with(layer.index(), blocks.get(0));
      }
    }
    return plan;
  }

  /** Networks of one block size each, everything else in float, for what the plan does not run. */
  private static List<Plan> blocksBeside(
      Plan plan, Network network, int bits, Function<Layer, Collection<Scheme>> offered) {
    List<Plan> plans = new ArrayList<>();
    Set<Scheme> sizes = new HashSet<>();
    network.layers().forEach(layer -> sizes.addAll(blocks(layer, bits, offered)));
    for (Scheme size : sizes.stream().sorted().toList()) {
      Plan alone = Plan.uniform(network.layers().size(), Scheme.F32);
      boolean any = false;
      for (Layer layer : network.layers()) {
        if (plan.scheme(layer.index()) != size && blocks(layer, bits, offered).contains(size)) {
          alone = alone.with(layer.index(), size);
          any = true;
        }
      }
      if (any) {
        plans.add(alone);
      }
    }
    return plans;
  }

  private static List<Scheme> blocks(
      Layer layer, int bits, Function<Layer, Collection<Scheme>> offered) {
    boolean oneMatrix = layer.kind() == OperatorKind.MATMUL && layer.weightShape().size() == 2;
    return oneMatrix
        ? offered.apply(layer).stream()
            .filter(each -> each.arithmetic() == Arithmetic.BLOCKWISE && each.weightBits() == bits)
            .sorted()
            .toList()
        : List.of();
  }
}
