package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An imported model: its canonical graph and its layers.
 *
 * @param graph the canonical graph; every plan is lowered from it
 * @param layers quantizable layers in execution order
 * @param file file name of the model
 * @param sha256 of the model file and its external data, hexadecimal
 * @param fileBytes size of the model file and its external data
 * @param originalModel the model as read, for the float reference
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of one model, never changed
public record Network(
    Graph graph,
    List<Layer> layers,
    String file,
    String sha256,
    long fileBytes,
    byte[] originalModel) {

  public Network {
    layers = List.copyOf(layers);
  }

  /** Indices of the layers of each group, groups in order of their first layer. */
  public Map<String, List<Integer>> groups() {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (Layer layer : layers) {
      groups.computeIfAbsent(layer.group(), key -> new ArrayList<>()).add(layer.index());
    }
    return groups;
  }

  /**
   * The nodes that one would expect among the layers and that every plan leaves as they are, with
   * the reason, in execution order. Activations, pooling, additions and the like are not among
   * them.
   */
  public List<Untouched> untouched() {
    Set<String> names = layers.stream().map(Layer::name).collect(Collectors.toSet());
    return new UntouchedFinder(graph).find(names);
  }

  /** The open axes of the inputs, batch aside; without values for them they count as 1. */
  public List<OpenAxis> openAxes() {
    return OpenAxis.of(graph);
  }

  /**
   * One layer as a network of its own: the same operator between the same values, with the same
   * weights and names, so that ranges and rounded weights of this network are its own too.
   *
   * @param layer of this network
   */
  public Network only(Layer layer) {
    NodeProto node =
        graph.nodes().stream()
            .filter(each -> each.getName().equals(layer.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no layer '" + layer.name() + "'"));
    ModelProto.Builder model = graph.model().toBuilder().clearGraph();
    GraphProto.Builder alone =
        model
            .getGraphBuilder()
            .setName(layer.name())
            .addNode(node)
            .addOutput(ValueInfoProto.newBuilder().setName(node.getOutput(0)));
    for (String input : node.getInputList()) {
      if (graph.isActivation(input)) {
        alone.addInput(open(input, layer.inputShape().size()));
      } else {
        graph.constant(input).ifPresent(alone::addInitializer);
      }
    }
    Layer first =
        new Layer(
            0,
            layer.name(),
            layer.kind(),
            layer.group(),
            layer.weightShape(),
            layer.inputShape(),
            layer.outputShape(),
            layer.macs(),
            layer.parameters());
    ModelProto built = model.build();
    byte[] bytes = built.toByteArray();
    return new Network(graph.with(built), List.of(first), file, sha256, bytes.length, bytes);
  }

  /** A float input with open axes. */
  private static ValueInfoProto open(String name, int axes) {
    TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT);
    // Without axes the rank is not known; a shape without axes would be that of a scalar.
    if (axes > 0) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (int i = 0; i < axes; i++) {
        shape.addDimBuilder().setDimParam("axis" + i);
      }
      type.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }

  /** Name of the first input. */
  public String inputName() {
    return graph.inputs().get(0).getName();
  }

  /** Shape of the first input at batch 1; unknown axes are 1. */
  public List<Long> inputShape() {
    return graph.shape(inputName());
  }
}
