package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.Untouched;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The kernels that plans of one scheme run, read from the graph as the runtime really optimises it,
 * before a search is started. What goes wrong is part of the answer.
 *
 * @param schemes each scheme that at least one layer may take, widest first
 * @param left operators on float values that are neither layers nor {@link Network#untouched} and
 *     run in float even where every layer has 8 bits
 */
public record KernelSurvey(List<SchemeUse> schemes, List<LeftInFloat> left) {

  public KernelSurvey {
    schemes = List.copyOf(schemes);
    left = List.copyOf(left);
  }

  /**
   * The plan that gives one scheme to every layer that may take it, and float to the others.
   *
   * @param scheme the scheme
   * @param plan that plan
   * @param layers how many layers take the scheme
   * @param kernels operator types that execute these layers, with how many layers each
   * @param inFloat names of layers that run in float although the scheme is an integer one
   * @param unplanned integer kernels that the plan does not ask for
   * @param integerMacShare share of the network's multiply-accumulates in these layers, leaving out
   *     those in {@code inFloat}; 0..1
   * @param fileBytes size of the deployable file; 0 when there is none
   * @param failure why the runtime refuses the plan's model; empty when it does not
   */
  public record SchemeUse(
      Scheme scheme,
      Plan plan,
      int layers,
      Map<String, Integer> kernels,
      List<String> inFloat,
      List<String> unplanned,
      double integerMacShare,
      long fileBytes,
      Optional<String> failure) {}

  /**
   * An operator that is no layer and stays float.
   *
   * @param operator the operator type
   * @param count how many nodes
   * @param example the first node's name
   * @param reason why
   */
  public record LeftInFloat(String operator, int count, String example, String reason) {}

  /**
   * Looks at all schemes.
   *
   * @param runtime optimises the models
   * @param network the network
   * @param calibration of this network: says which values are floats
   * @param library of this network; the rounding does not matter
   * @param allowed the schemes that the target can run for a layer
   */
  public static KernelSurvey of(
      ModelRuntime runtime,
      Network network,
      Calibration calibration,
      RoundingLibrary library,
      Function<Layer, Set<Scheme>> allowed) {
    PlanLowering lowering = new PlanLowering(network, calibration, library);
    Map<Integer, Set<Scheme>> offered = offered(network, lowering, allowed);
    List<SchemeUse> schemes = new ArrayList<>();
    for (Scheme scheme : Scheme.values()) {
      Plan plan = plan(network, offered, List.of(scheme));
      if (scheme != Scheme.F32 && plan.schemes().contains(scheme)) {
        schemes.add(use(runtime, network, lowering, scheme, plan));
      }
    }
    LoweredPlan wide = lowering.lower(eightBits(network, offered));
    return new KernelSurvey(schemes, left(network, calibration, wide));
  }

  /** By layer: what it may take, and all layers that are tied to it too. */
  private static Map<Integer, Set<Scheme>> offered(
      Network network, PlanLowering lowering, Function<Layer, Set<Scheme>> allowed) {
    Map<Integer, Set<Scheme>> offered = new HashMap<>();
    for (List<Integer> group : network.groups().values()) {
      Set<Scheme> common = new HashSet<>(List.of(Scheme.values()));
      for (int member : group) {
        Layer layer = network.layers().get(member);
        common.retainAll(lowering.schemes(layer));
        common.retainAll(allowed.apply(layer));
      }
      group.forEach(member -> offered.put(member, common));
    }
    return offered;
  }

  /** The plan in which each layer takes the first of the schemes that it is offered. */
  private static Plan plan(
      Network network, Map<Integer, Set<Scheme>> offered, List<Scheme> preferred) {
    List<Scheme> schemes = new ArrayList<>();
    for (Layer layer : network.layers()) {
      Set<Scheme> own = offered.getOrDefault(layer.index(), Set.of());
      schemes.add(preferred.stream().filter(own::contains).findFirst().orElse(Scheme.F32));
    }
    return new Plan(schemes);
  }

  private static Plan eightBits(Network network, Map<Integer, Set<Scheme>> offered) {
    List<Scheme> wide =
        java.util.Arrays.stream(Scheme.values())
            .filter(scheme -> scheme.weightBits() == 8)
            .sorted(Comparator.comparing(scheme -> scheme.arithmetic().isInteger() ? 0 : 1))
            .toList();
    return plan(network, offered, wide);
  }

  private static SchemeUse use(
      ModelRuntime runtime, Network network, PlanLowering lowering, Scheme scheme, Plan plan) {
    List<Layer> taking =
        network.layers().stream().filter(l -> plan.scheme(l.index()) == scheme).toList();
    LoweredPlan lowered = lowering.lower(plan);
    ExecutedKernels executed;
    try {
      executed = ExecutedKernels.inspect(runtime, network, lowered);
    } catch (RuntimeFailure e) {
      return new SchemeUse(
          scheme,
          plan,
          taking.size(),
          Map.of(),
          List.of(),
          List.of(),
          0,
          lowered.model().length,
          Optional.of(String.valueOf(e.getMessage())));
    }
    Map<String, Integer> kernels = new TreeMap<>();
    List<String> inFloat = new ArrayList<>();
    long macs = 0;
    for (Layer layer : taking) {
      kernels.merge(executed.kernels().get(layer.index()), 1, Integer::sum);
      boolean fellBack = scheme.arithmetic().isInteger() && !executed.isInteger(layer.index());
      if (fellBack) {
        inFloat.add(layer.name());
      } else if (scheme.arithmetic() != Arithmetic.FLOAT) {
        macs += layer.macs();
      }
    }
    return new SchemeUse(
        scheme,
        plan,
        taking.size(),
        kernels,
        inFloat,
        executed.unplanned(),
        share(macs, network),
        lowered.model().length,
        Optional.empty());
  }

  private static double share(long macs, Network network) {
    long all =
        network.layers().stream().mapToLong(Layer::macs).sum()
            + network.untouched().stream().mapToLong(Untouched::macs).sum();
    return all == 0 ? 0 : (double) macs / all;
  }

  private static List<LeftInFloat> left(
      Network network, Calibration calibration, LoweredPlan lowered) {
    Map<String, NodeProto> nodes = new HashMap<>();
    network.graph().nodes().forEach(node -> nodes.put(node.getName(), node));
    network.layers().forEach(layer -> nodes.remove(layer.name()));
    network.untouched().forEach(node -> nodes.remove(node.node()));
    Map<String, List<NodeProto>> byOperator = new LinkedHashMap<>();
    for (KernelUse kernel : lowered.kernels()) {
      NodeProto node = nodes.get(kernel.name());
      boolean boundary =
          kernel.op() == KernelUse.Op.QUANTIZE || kernel.op() == KernelUse.Op.DEQUANTIZE;
      if (node != null
          && !boundary
          && kernel.arithmetic() == Arithmetic.FLOAT
          && node.getOutputList().stream().anyMatch(o -> calibration.range(o).isPresent())) {
        byOperator.computeIfAbsent(node.getOpType(), key -> new ArrayList<>()).add(node);
      }
    }
    List<LeftInFloat> left = new ArrayList<>();
    byOperator.forEach(
        (operator, same) ->
            left.add(
                new LeftInFloat(
                    operator,
                    same.size(),
                    same.get(0).getName(),
                    reason(same.get(0), network.graph().opset()))));
    return left;
  }

  private static String reason(NodeProto node, long opset) {
    if (Operators.hasIntegerKernel(node, opset)) {
      return "not all that it reads is on integers";
    }
    return Operators.carriesIntegers(node, opset)
        ? "its float kernel is cheap, what stands behind it is on integers again"
        : "no integer kernel for it is used";
  }
}
