package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cross-layer equalization (Nagel et al. 2019, arXiv:1906.04721, equation 11): moves factors from
 * the output channels of one layer to the inputs of the next, so that the weights of both reach
 * equally far. What the network computes stays the same.
 *
 * <p>A pair is a Conv, Gemm or MatMul whose only reader, directly or behind a Relu or LeakyRelu, is
 * a Conv, Gemm or MatMul. Clip is not passed: its upper bound does not scale. Departing from the
 * paper, the first layer's bias counts as one of its weights, and factors are rounded to powers of
 * two, so that answers stay equal to the last bit as long as nothing underflows.
 *
 * @param network the same function with other weights; the network itself when there is no pair
 * @param pairs the pairs whose weights changed, in execution order of their first layer
 */
public record Equalization(Network network, List<Pair> pairs) {
  /** Chains of pairs settle within a few rounds. */
  private static final int MOST_ROUNDS = 20;

  /** Factors beyond this would only mirror channels that are as good as dead. */
  private static final int LARGEST_EXPONENT = 10;

  public Equalization {
    pairs = List.copyOf(pairs);
  }

  /**
   * Two layers that share factors.
   *
   * @param first the layer whose output channels were divided, by name
   * @param second the layer whose inputs were multiplied, by name
   * @param smallest the smallest factor
   * @param largest the largest factor
   */
  public record Pair(String first, String second, double smallest, double largest) {}

  /** Equalizes every pair of a network, pairs in a row until they settle. */
  public static Equalization of(Network network) {
    Map<String, float[]> changed = new HashMap<>();
    List<ChannelPair> pairs = ChannelPair.of(network);
    Map<ChannelPair, int[]> exponents = settle(network, pairs, changed);
    List<Pair> moved = new ArrayList<>();
    for (ChannelPair pair : pairs) {
      int[] sums = exponents.getOrDefault(pair, new int[0]);
      if (Arrays.stream(sums).anyMatch(sum -> sum != 0)) {
        double smallest = Math.scalb(1.0, Arrays.stream(sums).min().orElse(0));
        double largest = Math.scalb(1.0, Arrays.stream(sums).max().orElse(0));
        moved.add(new Pair(pair.first().name(), pair.second().name(), smallest, largest));
      }
    }
    return moved.isEmpty()
        ? new Equalization(network, List.of())
        : new Equalization(rewritten(network, changed), moved);
  }

  /**
   * What {@link #of} multiplies the constants of a network by, each element's factor at its place,
   * by the constant's name. Constants of no pair are missing. Zeros have a factor too, which their
   * values do not tell.
   */
  public static Map<String, float[]> factors(Network network) {
    Map<String, float[]> values = new HashMap<>();
    List<ChannelPair> pairs = ChannelPair.of(network);
    Map<ChannelPair, int[]> exponents = settle(network, pairs, values);
    Map<String, float[]> factors = new HashMap<>();
    values.forEach(
        (name, scaled) -> {
          float[] ones = new float[scaled.length];
          Arrays.fill(ones, 1);
          factors.put(name, ones);
        });
    exponents.forEach((pair, sums) -> pair.scale(sums, factors));
    return factors;
  }

  /**
   * Moves factors until nothing moves any more.
   *
   * @param changed gets the constants of the pairs, as they are in the end
   * @return the exponents of each pair's factors, together
   */
  private static Map<ChannelPair, int[]> settle(
      Network network, List<ChannelPair> pairs, Map<String, float[]> changed) {
    Map<ChannelPair, int[]> exponents = new HashMap<>();
    for (ChannelPair pair : pairs) {
      exponents.put(pair, new int[pair.channels()]);
      pair.constants().forEach(name -> changed.computeIfAbsent(name, n -> floats(network, n)));
    }
    boolean moves = true;
    for (int round = 0; round < MOST_ROUNDS && moves; round++) {
      moves = false;
      for (ChannelPair pair : pairs) {
        int[] steps = steps(pair, changed);
        moves |= Arrays.stream(steps).anyMatch(step -> step != 0);
        pair.scale(steps, changed);
        int[] sums = exponents.getOrDefault(pair, steps);
        Arrays.setAll(sums, i -> sums[i] + steps[i]);
      }
    }
    return exponents;
  }

  private static float[] floats(Network network, String constant) {
    return Constants.floats(network.graph().constant(constant).orElseThrow());
  }

  /** The exponents of {@code sqrt(r1 / r2)} with r the largest magnitude of each channel. */
  private static int[] steps(ChannelPair pair, Map<String, float[]> values) {
    double[] first = pair.firstRanges(values);
    double[] second = pair.secondRanges(values);
    int[] steps = new int[first.length];
    for (int i = 0; i < steps.length; i++) {
      if (first[i] > 0 && second[i] > 0) {
        double exponent = Math.log(first[i] / second[i]) / Math.log(4);
        // Rounding towards zero: half a step is no reason to move, and chains settle.
        int step = (int) (exponent + Math.copySign(0.25, exponent));
        steps[i] = Math.max(-LARGEST_EXPONENT, Math.min(LARGEST_EXPONENT, step));
      }
    }
    return steps;
  }

  private static Network rewritten(Network network, Map<String, float[]> changed) {
    GraphProto original = network.graph().model().getGraph();
    GraphProto.Builder graph = original.toBuilder().clearInitializer();
    for (TensorProto constant : original.getInitializerList()) {
      float[] values = changed.get(constant.getName());
      graph.addInitializer(
          values == null
              ? constant
              : Constants.ofFloats(constant.getName(), constant.getDimsList(), values));
    }
    List<Layer> layers = network.layers();
    return new Network(
        network.graph().with(network.graph().model().toBuilder().setGraph(graph).build()),
        layers,
        network.file(),
        network.sha256(),
        network.fileBytes(),
        network.originalModel());
  }

  /** The only reader of a value; null when there are others or the value can be seen outside. */
  static @Nullable NodeProto soleReader(Graph graph, String value) {
    List<NodeProto> readers = graph.consumers(value);
    return graph.isExposed(value) || readers.size() != 1 ? null : readers.get(0);
  }
}
