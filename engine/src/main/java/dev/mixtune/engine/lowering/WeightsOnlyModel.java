package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundingLibrary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The float network with the weights of a plan: rounded, and put back into float layers together
 * with their corrected biases. Its drop is the share of the weights in a plan's drop. It is made to
 * be measured, not to ship: it is as large and as slow as the float model. Thread-safe.
 */
public final class WeightsOnlyModel {
  private final Network network;
  private final RoundingLibrary library;
  private final Map<String, Layer> layers = new HashMap<>();
  private final CorrectedBiases biases;

  /**
   * @param network the network
   * @param library of this network's weights
   */
  public WeightsOnlyModel(Network network, RoundingLibrary library) {
    this.network = network;
    this.library = library;
    network.layers().forEach(layer -> layers.put(layer.name(), layer));
    this.biases = new CorrectedBiases(network.graph(), layers);
  }

  /**
   * The model of a plan. Of each scheme only the weights count: layers on integer kernels get the
   * library's weights of their width and its bias where it has one, all others stay as they are.
   *
   * @return serialized ONNX whose nodes and values have the names of the network's graph
   * @throws IllegalArgumentException when the plan does not fit the network or has block-wise or
   *     half-precision layers
   */
  public byte[] of(Plan plan) {
    if (plan.size() != network.layers().size()) {
      throw new IllegalArgumentException(
          "a plan of " + plan.size() + " layers for a network of " + network.layers().size());
    }
    GraphProto source = network.graph().model().getGraph();
    GraphProto.Builder graph = source.toBuilder().clearNode();
    Set<String> taken = new HashSet<>(ValueNames.insideBodies(source));
    source.getInitializerList().forEach(constant -> taken.add(constant.getName()));
    source.getInputList().forEach(input -> taken.add(input.getName()));
    source.getNodeList().forEach(node -> taken.addAll(node.getOutputList()));
    for (NodeProto node : source.getNodeList()) {
      Layer layer = layers.get(node.getName());
      if (layer != null && isRounded(layer, plan.scheme(layer.index()))) {
        graph.addNode(with(node, layer, plan, graph, taken));
      } else {
        graph.addNode(withBias(node, plan, graph, taken));
      }
    }
    ModelProto.Builder model = network.graph().model().toBuilder();
    return model.setGraph(withoutUnused(graph)).build().toByteArray();
  }

  private static boolean isRounded(Layer layer, Scheme scheme) {
    if (!scheme.arithmetic().isInteger() && scheme != Scheme.F32) {
      throw new IllegalArgumentException(
          "layer '" + layer.name() + "' has no per-channel weights as " + scheme.id());
    }
    return scheme.arithmetic().isInteger();
  }

  private NodeProto with(
      NodeProto node, Layer layer, Plan plan, GraphProto.Builder graph, Set<String> taken) {
    int bits = plan.scheme(layer.index()).weightBits();
    NodeProto.Builder changed = node.toBuilder();
    float[] weights = library.perChannel(layer, bits).values();
    TensorProto rounded = Constants.ofFloats("", layer.weightShape(), weights);
    changed.setInput(1, constant(node.getInput(1), rounded, graph, taken));
    library
        .bias(layer, bits)
        .filter(bias -> node.getInputCount() > 2 && !node.getInput(2).isEmpty())
        .ifPresent(
            bias -> {
              TensorProto corrected = Constants.ofFloats("", List.of((long) bias.length), bias);
              changed.setInput(2, constant(node.getInput(2), corrected, graph, taken));
            });
    return changed.build();
  }

  /** An Add behind a matrix product may add its bias. */
  private NodeProto withBias(
      NodeProto node, Plan plan, GraphProto.Builder graph, Set<String> taken) {
    NodeProto.Builder changed = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      int input = i;
      biases
          .replacing(node, i, plan, library)
          .ifPresent(
              bias -> changed.setInput(input, constant(node.getInput(input), bias, graph, taken)));
    }
    return changed.build();
  }

  /** Tied weights may be rounded apart, so each layer gets a constant of its own. */
  private static String constant(
      String original, TensorProto values, GraphProto.Builder graph, Set<String> taken) {
    int number = 0;
    String name;
    do {
      name = original + "/rounded" + number++;
    } while (!taken.add(name));
    graph.addInitializer(values.toBuilder().setName(name));
    return name;
  }

  private static GraphProto withoutUnused(GraphProto.Builder graph) {
    Set<String> read = new HashSet<>(ValueNames.insideBodies(graph.build()));
    graph.getNodeList().forEach(node -> read.addAll(node.getInputList()));
    graph.getOutputList().forEach(output -> read.add(output.getName()));
    List<TensorProto> kept =
        graph.getInitializerList().stream().filter(c -> read.contains(c.getName())).toList();
    return graph.clearInitializer().addAllInitializer(kept).build();
  }
}
