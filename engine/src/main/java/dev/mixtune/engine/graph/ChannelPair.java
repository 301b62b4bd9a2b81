package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two layers with nothing between them that a positive factor per channel does not pass through.
 *
 * @param first the layer that writes the channels
 * @param firstNode its node
 * @param bias the name of the constant that is added to its output; null without one
 * @param second the layer that reads them
 * @param secondNode its node
 * @param channels how many there are
 */
record ChannelPair(
    Layer first,
    NodeProto firstNode,
    @Nullable String bias,
    Layer second,
    NodeProto secondNode,
    int channels) {
  /** Operators with {@code f(a x) = a f(x)} for every positive a. */
  private static final Set<String> SCALE_WITH_THEIR_INPUT = Set.of("Relu", "LeakyRelu");

  /** All pairs of a network. */
  static List<ChannelPair> of(Network network) {
    Graph graph = network.graph();
    Map<String, Layer> layers = new HashMap<>();
    network.layers().stream()
        .filter(ChannelPair::mixesChannels)
        .forEach(layer -> layers.put(layer.name(), layer));
    List<ChannelPair> pairs = new ArrayList<>();
    for (NodeProto node : graph.nodes()) {
      Layer layer = layers.get(node.getName());
      if (layer != null && isOwn(graph, node.getInput(1))) {
        behind(graph, layers, node, layer).ifPresent(pairs::add);
      }
    }
    return pairs;
  }

  /** Embeddings have no input channels, transposed convolutions and batches others than these. */
  private static boolean mixesChannels(Layer layer) {
    return !layer.kind().isStoredOnly()
        && (layer.kind() != OperatorKind.MATMUL || layer.weightShape().size() == 2);
  }

  private static boolean isOwn(Graph graph, String constant) {
    return graph.consumers(constant).size() == 1 && !graph.isExposed(constant);
  }

  private static Optional<ChannelPair> behind(
      Graph graph, Map<String, Layer> layers, NodeProto node, Layer layer) {
    int channels = ChannelLayout.of(layer, isTransposed(node)).channels();
    String bias = node.getInputCount() > 2 ? node.getInput(2) : "";
    String value = node.getOutput(0);
    Optional<AddedBias> added = AddedBias.of(graph, node);
    if (added.isPresent()) {
      bias = added.get().constant();
      value = added.get().add().getOutput(0);
    }
    // One value for all channels cannot be divided by a factor for each.
    if (!bias.isEmpty()
        && (!isOwn(graph, bias)
            || Constants.elements(graph.constant(bias).orElseThrow().getDimsList()) != channels)) {
      return Optional.empty();
    }
    NodeProto reader = Equalization.soleReader(graph, value);
    while (reader != null
        && Graph.isStandard(reader)
        && SCALE_WITH_THEIR_INPUT.contains(reader.getOpType())) {
      value = reader.getOutput(0);
      reader = Equalization.soleReader(graph, value);
    }
    Layer second = reader == null ? null : layers.get(reader.getName());
    if (reader == null
        || second == null
        || !reader.getInput(0).equals(value)
        || !isOwn(graph, reader.getInput(1))
        || inputs(second, reader) != channels) {
      return Optional.empty();
    }
    return Optional.of(
        new ChannelPair(layer, node, bias.isEmpty() ? null : bias, second, reader, channels));
  }

  private static boolean isTransposed(NodeProto node) {
    return Graph.intAttribute(node, "transB", 0) == 1;
  }

  /** Input channels of a layer. */
  private static long inputs(Layer layer, NodeProto node) {
    return switch (layer.kind()) {
      case CONV, DEPTHWISE_CONV, GROUPED_CONV ->
          layer.weightShape().get(1) * Graph.intAttribute(node, "group", 1);
      case GEMM -> layer.weightShape().get(isTransposed(node) ? 1 : 0);
      case MATMUL -> layer.weightShape().get(0);
      case CONV_TRANSPOSE, GATHER -> throw new IllegalArgumentException("no pair: " + layer.name());
    };
  }

  /** The constants that change. */
  List<String> constants() {
    List<String> names = new ArrayList<>(List.of(firstNode.getInput(1), secondNode.getInput(1)));
    if (bias != null) {
      names.add(bias);
    }
    return names;
  }

  /**
   * Largest weight of each output channel of the first layer, or its bias if that is larger: a
   * channel that is as good as dead but for its bias must not be blown up.
   */
  double[] firstRanges(Map<String, float[]> values) {
    float[] weights = values.getOrDefault(firstNode.getInput(1), new float[0]);
    ChannelLayout layout = ChannelLayout.of(first, isTransposed(firstNode));
    double[] ranges = new double[channels];
    for (int channel = 0; channel < channels; channel++) {
      for (int k = 0; k < layout.perChannel(); k++) {
        double magnitude = Math.abs(weights[layout.position(channel, k)]);
        ranges[channel] = Math.max(ranges[channel], magnitude);
      }
    }
    if (bias != null) {
      float[] added = values.getOrDefault(bias, new float[0]);
      for (int channel = 0; channel < added.length; channel++) {
        ranges[channel] = Math.max(ranges[channel], Math.abs(added[channel]));
      }
    }
    return ranges;
  }

  /** Largest weight of each input channel of the second layer. */
  double[] secondRanges(Map<String, float[]> values) {
    float[] weights = values.getOrDefault(secondNode.getInput(1), new float[0]);
    double[] ranges = new double[channels];
    for (int i = 0; i < weights.length; i++) {
      int channel = inputChannel(i);
      ranges[channel] = Math.max(ranges[channel], Math.abs(weights[i]));
    }
    return ranges;
  }

  /** The input channel that a weight of the second layer multiplies. */
  private int inputChannel(int weight) {
    List<Long> shape = second.weightShape();
    int columns = Math.toIntExact(shape.get(1));
    return switch (second.kind()) {
      case GEMM -> isTransposed(secondNode) ? weight % columns : weight / columns;
      case MATMUL -> weight / columns;
      default -> {
        int kernel = Math.toIntExact(Constants.elements(shape.subList(2, shape.size())));
        int outputs = Math.toIntExact(shape.get(0));
        int groups = channels / columns;
        int output = weight / (columns * kernel);
        yield output / (outputs / groups) * columns + weight / kernel % columns;
      }
    };
  }

  /** Divides the first layer's channels by powers of two, and multiplies the second's inputs. */
  void scale(int[] exponents, Map<String, float[]> values) {
    float[] weights = values.getOrDefault(firstNode.getInput(1), new float[0]);
    ChannelLayout layout = ChannelLayout.of(first, isTransposed(firstNode));
    for (int channel = 0; channel < channels; channel++) {
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        weights[at] = Math.scalb(weights[at], -exponents[channel]);
      }
    }
    if (bias != null) {
      float[] added = values.getOrDefault(bias, new float[0]);
      for (int channel = 0; channel < added.length; channel++) {
        added[channel] = Math.scalb(added[channel], -exponents[channel]);
      }
    }
    float[] read = values.getOrDefault(secondNode.getInput(1), new float[0]);
    for (int i = 0; i < read.length; i++) {
      read[i] = Math.scalb(read[i], exponents[inputChannel(i)]);
    }
  }
}
