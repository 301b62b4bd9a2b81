package dev.mixtune.engine.rounding;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Pre-rounded tensors of a network, each computed once, when first asked for. Thread-safe.
 *
 * <p>Layers that share a weight share its rounded tensors.
 */
public final class RoundingLibrary {
  private final Graph graph;
  private final RoundingMethod method;
  private final Map<String, NodeProto> nodes = new HashMap<>();
  private final Map<Key, RoundedWeights> perChannel;
  private final Map<BlockKey, BlockWeights> blockwise;
  private final Map<String, byte[]> halves;
  private final Map<BiasKey, float[]> biases;

  /** One weight may be read along either axis: by a MatMul and by a transposed Gemm. */
  private record Key(String weight, int bits, int axis) {}

  private record BlockKey(String weight, int bits, int blockSize) {}

  /** A block size of 0 stands for one scale for each channel, as in {@link Scheme#blockSize}. */
  private record BiasKey(String layer, int bits, int blockSize) {}

  /**
   * @param network whose weights are rounded
   * @param method how
   */
  public RoundingLibrary(Network network, RoundingMethod method) {
    this.graph = network.graph();
    this.method = method;
    this.perChannel = new ConcurrentHashMap<>();
    this.blockwise = new ConcurrentHashMap<>();
    this.halves = new ConcurrentHashMap<>();
    this.biases = Map.of();
    graph.nodes().forEach(node -> nodes.put(node.getName(), node));
  }

  private RoundingLibrary(RoundingLibrary other, Map<BiasKey, float[]> biases) {
    this.graph = other.graph;
    this.method = other.method;
    this.perChannel = new ConcurrentHashMap<>(other.perChannel);
    this.blockwise = new ConcurrentHashMap<>(other.blockwise);
    this.halves = other.halves;
    this.biases = biases;
    nodes.putAll(other.nodes);
  }

  /**
   * This library with a layer's weights of one width rounded beforehand. Layers that share the
   * weight share these codes, but not the bias.
   *
   * @param layer the layer
   * @param weights its weights, in the layout that {@link #perChannel} answers with
   * @param bias the bias that goes with them, one value per output channel; null keeps the model's
   */
  public RoundingLibrary with(Layer layer, RoundedWeights weights, float @Nullable [] bias) {
    if (!weights.layout().equals(layout(layer))) {
      throw new IllegalArgumentException(
          "layer '"
              + layer.name()
              + "' is laid out as "
              + layout(layer)
              + ", not "
              + weights.layout());
    }
    BiasKey key = new BiasKey(layer.name(), weights.bits(), /* blockSize= */ 0);
    RoundingLibrary library = new RoundingLibrary(this, withBias(key, bias));
    library.perChannel.put(
        new Key(weightName(layer), weights.bits(), weights.layout().axis()), weights);
    return library;
  }

  /**
   * This library with a matrix product's blocks of one width and size rounded beforehand; as above.
   *
   * @param weights its blocks
   * @param bias the bias that goes with them, one value per output channel; null keeps the model's
   */
  public RoundingLibrary with(Layer layer, BlockWeights weights, float @Nullable [] bias) {
    List<Long> shape = List.of((long) weights.inputs(), (long) weights.outputs());
    if (!layer.weightShape().equals(shape)) {
      throw new IllegalArgumentException(
          "layer '" + layer.name() + "' is " + layer.weightShape() + ", its blocks are " + shape);
    }
    BiasKey key = new BiasKey(layer.name(), weights.bits(), weights.blockSize());
    RoundingLibrary library = new RoundingLibrary(this, withBias(key, bias));
    library.blockwise.put(
        new BlockKey(weightName(layer), weights.bits(), weights.blockSize()), weights);
    return library;
  }

  private Map<BiasKey, float[]> withBias(BiasKey key, float @Nullable [] bias) {
    Map<BiasKey, float[]> changed = new HashMap<>(biases);
    if (bias == null) {
      changed.remove(key);
    } else {
      changed.put(key, bias);
    }
    return Map.copyOf(changed);
  }

  /**
   * The bias that goes with the layer's weights of this width, one value per output channel; empty
   * when it is the model's own.
   */
  public Optional<float[]> bias(Layer layer, int bits) {
    return Optional.ofNullable(biases.get(new BiasKey(layer.name(), bits, /* blockSize= */ 0)));
  }

  /** The bias that goes with the layer's weights as this scheme stores them; empty as above. */
  public Optional<float[]> bias(Layer layer, Scheme scheme) {
    return switch (scheme.arithmetic()) {
      case FLOAT -> scheme.isStoredOnly() ? bias(layer, scheme.weightBits()) : Optional.empty();
      case INTEGER_STATIC, INTEGER_DYNAMIC -> bias(layer, scheme.weightBits());
      case BLOCKWISE ->
          Optional.ofNullable(
              biases.get(new BiasKey(layer.name(), scheme.weightBits(), scheme.blockSize())));
    };
  }

  /** The layer's weight tensor's name. */
  public String weightName(Layer layer) {
    return node(layer).getInput(layer.kind().weightInput());
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

  /**
   * The layer's weights in the blocks of a scheme, for MatMulNBits. The layer is a MatMul, the
   * scheme block-wise.
   */
  public BlockWeights blockwise(Layer layer, Scheme scheme) {
    int bits = scheme.weightBits();
    int size = scheme.blockSize();
    int inputs = Math.toIntExact(layer.weightShape().get(0));
    int outputs = Math.toIntExact(layer.weightShape().get(1));
    return blockwise.computeIfAbsent(
        new BlockKey(weightName(layer), bits, size),
        key -> BlockWeights.round(weights(layer), inputs, outputs, bits, size));
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
