package dev.mixtune.engine.rounding;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pre-rounded tensors of a network, each computed once, when first asked for. Thread-safe.
 *
 * <p>Layers that share a weight share its rounded tensors.
 */
public final class RoundingLibrary {
  private final Graph graph;
  private final RoundingMethod method;
  private final Map<String, NodeProto> nodes = new HashMap<>();
  private final Map<Key, RoundedWeights> perChannel = new ConcurrentHashMap<>();
  private final Map<Key, BlockWeights> blockwise = new ConcurrentHashMap<>();
  private final Map<String, byte[]> halves = new ConcurrentHashMap<>();

  /** One weight may be read along either axis: by a MatMul and by a transposed Gemm. */
  private record Key(String weight, int bits, int axis) {}

  /**
   * @param network whose weights are rounded
   * @param method how
   */
  public RoundingLibrary(Network network, RoundingMethod method) {
    this.graph = network.graph();
    this.method = method;
    graph.nodes().forEach(node -> nodes.put(node.getName(), node));
  }

  /** The layer's weight tensor's name. */
  public String weightName(Layer layer) {
    return node(layer).getInput(1);
  }

  /** The layer's float weights, as stored in the model. */
  public float[] weights(Layer layer) {
    return Constants.floats(graph.constant(weightName(layer)).orElseThrow());
  }

  /** The layer's weights on a per-channel grid of 8, 4 or 2 bits. */
  public RoundedWeights perChannel(Layer layer, int bits) {
    ChannelLayout layout = layout(layer);
    return perChannel.computeIfAbsent(
        new Key(weightName(layer), bits, layout.axis()),
        key -> method.round(weights(layer), layout, bits));
  }

  /** The layer's weights in blocks, for MatMulNBits. The layer is a MatMul. */
  public BlockWeights blockwise(Layer layer, int bits) {
    int inputs = Math.toIntExact(layer.weightShape().get(0));
    int outputs = Math.toIntExact(layer.weightShape().get(1));
    return blockwise.computeIfAbsent(
        new Key(weightName(layer), bits, 1),
        key -> BlockWeights.round(weights(layer), inputs, outputs, bits));
  }

  /** The layer's weights in half precision, little-endian. */
  public byte[] half(Layer layer) {
    return halves.computeIfAbsent(weightName(layer), key -> HalfPrecision.bytes(weights(layer)));
  }

  /** Whether the layer's weights can be stored this way: half precision must not overflow. */
  public boolean holds(Layer layer, Scheme scheme) {
    return scheme != Scheme.F16 || HalfPrecision.holds(weights(layer));
  }

  private ChannelLayout layout(Layer layer) {
    return ChannelLayout.of(layer, Graph.intAttribute(node(layer), "transB", 0) == 1);
  }

  private NodeProto node(Layer layer) {
    NodeProto node = nodes.get(layer.name());
    if (node == null) {
      throw new IllegalArgumentException("no layer '" + layer.name() + "' in this network");
    }
    return node;
  }
}
