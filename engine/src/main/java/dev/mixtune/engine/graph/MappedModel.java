package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.FedConstant;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model of any size that is run from where it lies: its large constants are inputs, fed with
 * their bytes in the mapped files, so that no protobuf and no packed copy ever holds them. They are
 * pages of the files, which the system drops when it needs the memory.
 */
public final class MappedModel {
  private final OrtRuntime runtime;
  private final LargeConstants constants;
  private final ModelProto model;
  private final Graph graph;
  private final ModelFacts facts;
  private final Map<String, NodeProto> nodes = new HashMap<>();
  private final Map<String, Layer> layers = new HashMap<>();

  /**
   * @param model canonical, large constants as inputs
   * @param graph the same with constants that have no values
   */
  MappedModel(
      OrtRuntime runtime,
      LargeConstants constants,
      ModelProto model,
      Graph graph,
      ModelFacts facts) {
    this.runtime = runtime;
    this.constants = constants;
    this.model = model;
    this.graph = graph;
    this.facts = facts;
    graph.nodes().forEach(node -> nodes.put(node.getName(), node));
    facts.layers().forEach(layer -> layers.put(layer.name(), layer));
  }

  /**
   * Whether a model is too large for {@link NetworkReader#read}, external data included.
   *
   * @throws UserException when it is missing, broken or already quantized, or external data is
   *     missing or incomplete
   */
  public static boolean isNeededFor(Path file) {
    return Skeleton.of(file).fileBytes() > ModelFile.LARGEST_BYTES;
  }

  /** What there is in the model. */
  public ModelFacts facts() {
    return facts;
  }

  /** The name of a layer's weight tensor; layers that share it are of one group. */
  public String weightName(Layer layer) {
    return node(layer).getInput(layer.kind().weightInput());
  }

  /** Where the output channels of a layer's weights lie. */
  public ChannelLayout layout(Layer layer) {
    return ChannelLayout.of(layer, Graph.intAttribute(node(layer), "transB", 0) == 1);
  }

  /** A layer's weights. */
  public FloatSource weights(Layer layer) {
    return values(weightName(layer));
  }

  private FloatSource values(String name) {
    Optional<Transposed> transposed = constants.transposed(name);
    if (transposed.isPresent()) {
      FloatSource original = values(transposed.get().of());
      return (first, into, at, count) -> {
        for (int i = 0; i < count; i++) {
          original.read((int) transposed.get().original(first + i), into, at + i, 1);
        }
      };
    }
    if (!constants.has(name)) {
      float[] all = Constants.floats(graph.constant(name).orElseThrow());
      return (first, into, at, count) -> System.arraycopy(all, first, into, at, count);
    }
    FedConstant fed = constants.fed(name);
    if (fed.dataType() == Constants.FLOAT16) {
      ShortBuffer halves = fed.bytes().asShortBuffer();
      return (first, into, at, count) -> {
        for (int i = 0; i < count; i++) {
          into[at + i] = Fp16Conversions.fp16ToFloat(halves.get(first + i));
        }
      };
    }
    FloatBuffer floats = fed.bytes().asFloatBuffer();
    return floats::get;
  }

  /**
   * Opens the model with other weights in some layers. Others that read the same constant keep it.
   *
   * @param replaced weights by the layer's name, in the layout of its own, float32 in this
   *     machine's byte order from the buffer's position on; direct, and not changed while the
   *     session is open
   * @param threads intra-operator threads, at least 1
   * @return asks for the user's inputs only
   * @throws RuntimeFailure when ONNX Runtime does not run the model like this
   */
  public Session open(Map<String, ByteBuffer> replaced, int threads) {
    GraphProto original = model.getGraph();
    FreshNames names = FreshNames.in(original);
    GraphProto.Builder changed = original.toBuilder().clearNode().clearInput();
    List<FedConstant> fed = new ArrayList<>();
    List<ValueInfoProto> inputs = new ArrayList<>();
    List<NodeProto> rewritten = new ArrayList<>();
    List<NodeProto> casts = new ArrayList<>();
    for (NodeProto node : original.getNodeList()) {
      Layer layer = layers.get(node.getName());
      ByteBuffer values = replaced.get(node.getName());
      if (layer == null || values == null) {
        rewritten.add(node);
        continue;
      }
      String name = names.like(node.getName() + "/weights");
      FedConstant weights = new FedConstant(name, Constants.FLOAT, layer.weightShape(), values);
      fed.add(weights);
      inputs.add(input(weights));
      rewritten.add(node.toBuilder().setInput(layer.kind().weightInput(), name).build());
    }
    Set<String> read = read(original, rewritten);
    for (ValueInfoProto input : original.getInputList()) {
      if (!constants.has(input.getName())) {
        changed.addInput(input);
      } else if (read.contains(input.getName())) {
        FedConstant constant = constants.fed(input.getName());
        if (constant.dataType() == Constants.FLOAT16) {
          constant = named(names.like(input.getName() + "/half"), constant);
          casts.add(FloatModel.cast(constant.name(), input.getName(), Constants.FLOAT));
        }
        fed.add(constant);
        inputs.add(input(constant));
      }
    }
    changed.addAllInput(inputs).addAllNode(casts).addAllNode(ofConstantsFirst(rewritten));
    return runtime.open(model.toBuilder().setGraph(changed).build().toByteArray(), threads, fed);
  }

  private NodeProto node(Layer layer) {
    NodeProto node = nodes.get(layer.name());
    if (node == null) {
      throw new IllegalArgumentException("no layer '" + layer.name() + "' in this model");
    }
    return node;
  }

  private static FedConstant named(String name, FedConstant constant) {
    return new FedConstant(name, constant.dataType(), constant.shape(), constant.bytes());
  }

  private static ValueInfoProto input(FedConstant constant) {
    TensorProto header =
        TensorProto.newBuilder()
            .setName(constant.name())
            .setDataType(constant.dataType())
            .addAllDims(constant.shape())
            .build();
    return Skeleton.asInput(header);
  }

  /**
   * Nodes that compute from constants alone come first: ONNX Runtime runs such a node just before
   * its reader if it does, and all of them before anything else if it does not. That would hold the
   * results of all.
   */
  private List<NodeProto> ofConstantsFirst(List<NodeProto> nodes) {
    Set<String> constant = new HashSet<>();
    for (TensorProto each : graph.model().getGraph().getInitializerList()) {
      constant.add(each.getName());
    }
    List<NodeProto> first = new ArrayList<>();
    List<NodeProto> others = new ArrayList<>();
    for (NodeProto node : nodes) {
      boolean derived =
          node.getInputCount() > 0
              && constant.containsAll(node.getInputList())
              && Graph.readByBodies(node).isEmpty();
      if (derived) {
        constant.addAll(node.getOutputList());
        first.add(node);
      } else {
        others.add(node);
      }
    }
    first.addAll(others);
    return first;
  }

  private static Set<String> read(GraphProto graph, List<NodeProto> nodes) {
    Set<String> read = new HashSet<>();
    for (NodeProto node : nodes) {
      read.addAll(node.getInputList());
      read.addAll(Graph.readByBodies(node));
    }
    graph.getOutputList().forEach(output -> read.add(output.getName()));
    return read;
  }
}
