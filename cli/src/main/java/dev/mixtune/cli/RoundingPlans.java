package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Network;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The plans that roundings are compared on. */
final class RoundingPlans {
  /** Bits of the first and last layer where the others are narrow. */
  static final int WIDE = 8;

  private final Network network;
  private final Function<Layer, List<Scheme>> offered;

  /**
   * @param offered the schemes that a layer can be lowered to
   */
  RoundingPlans(Network network, Function<Layer, List<Scheme>> offered) {
    this.network = network;
    this.offered = offered;
  }

  /** By name: every layer at one width, and for narrow widths first and last layer at 8 bits. */
  Map<String, Plan> of(List<Integer> widths) {
    Map<String, Plan> plans = new LinkedHashMap<>();
    for (int bits : widths) {
      Plan uniform = uniform(bits);
      plans.put("W" + bits, uniform);
      if (bits < WIDE && network.groups().size() > 2) {
        plans.put("W" + bits + ", first and last layer W" + WIDE, withWideEnds(uniform));
      }
    }
    return plans;
  }

  /** Every layer at this width, or at the next wider one that it has; float where it has none. */
  Plan uniform(int bits) {
    List<Scheme> schemes = new ArrayList<>();
    network.layers().forEach(layer -> schemes.add(scheme(layer, bits)));
    return new Plan(schemes);
  }

  /** Layers that are tied to the first or the last one go with it. */
  private Plan withWideEnds(Plan uniform) {
    List<Layer> layers = network.layers();
    List<String> ends = List.of(layers.get(0).group(), layers.get(layers.size() - 1).group());
    Plan plan = uniform;
    for (Layer layer : layers) {
      if (ends.contains(layer.group())) {
        plan = plan.with(layer.index(), scheme(layer, WIDE));
      }
    }
    return plan;
  }

  /**
   * The integer scheme of this width, or of the next wider one that the layer has. Matrix products
   * take their activation ranges from each input, everything else from calibration.
   */
  private Scheme scheme(Layer layer, int bits) {
    Arithmetic preferred =
        layer.kind() == OperatorKind.MATMUL
            ? Arithmetic.INTEGER_DYNAMIC
            : Arithmetic.INTEGER_STATIC;
    return offered.apply(layer).stream()
        .filter(scheme -> scheme.arithmetic().isInteger() && scheme.weightBits() >= bits)
        .min(
            Comparator.comparingInt(Scheme::weightBits)
                .thenComparing(scheme -> scheme.arithmetic() == preferred ? 0 : 1))
        .orElse(Scheme.F32);
  }
}
