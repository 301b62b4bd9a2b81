package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The float network with the activations of a plan on their 8-bit grids, and with float weights. It
 * is made to judge activation ranges, not to ship: the grids are inputs of the model, so that one
 * open session answers for any ranges. Because the runtime does not know them when it opens the
 * model, its kernels stay float.
 */
public final class ActivationsOnlyModel {
  private final Network network;
  private final Map<String, Layer> layers = new HashMap<>();
  private final Map<String, Arithmetic> arithmetic = new HashMap<>();

  /** Inputs of the model that hold a tensor's grid. */
  private record Grid(String scale, String zeroPoint) {}

  private final Map<String, Grid> grids = new LinkedHashMap<>();
  private final byte[] model;

  /**
   * @param network the network
   * @param calibration observations of this network; which tensors have a grid depends on what was
   *     observed, not on the ranges
   * @param plan whose layers with calibrated ranges count; all others stay float
   */
  public ActivationsOnlyModel(Network network, Calibration calibration, Plan plan) {
    this.network = network;
    for (Layer layer : network.layers()) {
      layers.put(layer.name(), layer);
      arithmetic.put(layer.name(), plan.scheme(layer.index()).arithmetic());
    }
    this.model = build(regions(calibration));
  }

  private IntegerRegions regions(Calibration calibration) {
    return new IntegerRegions(network.graph(), calibration, layers, arithmetic);
  }

  /**
   * The model: the network's inputs, and behind them two scalars for each grid, which {@link
   * #grids} gives.
   */
  public byte[] model() {
    return model.clone();
  }

  /** Names of the tensors that are read on a grid, in execution order. */
  public Set<String> tensors() {
    return java.util.Collections.unmodifiableSet(grids.keySet());
  }

  /** Names of the inputs that hold the grids. */
  public Set<String> gridInputs() {
    Set<String> inputs = new HashSet<>();
    grids.values().forEach(grid -> inputs.addAll(List.of(grid.scale, grid.zeroPoint)));
    return inputs;
  }

  /** The grids that these ranges lead to, as inputs of the model. */
  public Map<String, Tensor> grids(Calibration calibration) {
    IntegerRegions regions = regions(calibration);
    Map<String, Tensor> inputs = new HashMap<>();
    grids.forEach(
        (tensor, names) -> {
          ActivationGrid grid = regions.grid(tensor);
          float[] scale = {grid.scale()};
          long[] zeroPoint = {grid.zeroPoint()};
          inputs.put(names.scale, new Tensor.Floats(scale, new long[0]));
          inputs.put(names.zeroPoint, new Tensor.Longs(zeroPoint, new long[0]));
        });
    return inputs;
  }

  private byte[] build(IntegerRegions regions) {
    GraphBuilder names = new GraphBuilder(network.graph());
    ModelProto original = network.graph().model();
    GraphProto.Builder graph = original.getGraph().toBuilder().clearNode();
    Map<String, String> views = new HashMap<>();
    for (NodeProto node : network.graph().nodes()) {
      NodeProto.Builder changed = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        String value = node.getInput(i);
        boolean readByLayer = i == 0 && regions.isStaticLayer(node);
        if (network.graph().isActivation(value) && (readByLayer || regions.isInteger(value))) {
          changed.setInput(i, views.computeIfAbsent(value, key -> quantized(key, graph, names)));
        }
      }
      graph.addNode(changed);
    }
    return original.toBuilder().setGraph(graph).build().toByteArray();
  }

  private String quantized(String value, GraphProto.Builder graph, GraphBuilder names) {
    Grid grid = new Grid(names.freshName(), names.freshName());
    grids.put(value, grid);
    graph.addInput(scalar(grid.scale, Constants.FLOAT));
    graph.addInput(scalar(grid.zeroPoint, Constants.INT64));
    String zeroPoint = names.freshName();
    String codes = names.freshName();
    String view = names.freshName();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Cast")
            .addInput(grid.zeroPoint)
            .addOutput(zeroPoint)
            .addAttribute(GraphBuilder.attribute("to", Constants.UINT8)));
    graph.addNode(node("QuantizeLinear", codes, value, grid.scale, zeroPoint));
    graph.addNode(node("DequantizeLinear", view, codes, grid.scale, zeroPoint));
    return guarded(view, graph, names);
  }

  /**
   * Behind an operator that changes nothing: otherwise ONNX Runtime 1.29 quantizes the weights of
   * layers between DequantizeLinear and QuantizeLinear, even with a grid that it does not know.
   */
  private static String guarded(String value, GraphProto.Builder graph, GraphBuilder names) {
    String low = names.freshName();
    String high = names.freshName();
    graph.addInitializer(Constants.ofFloats(low, List.of(), -3e38f));
    graph.addInitializer(Constants.ofFloats(high, List.of(), 3e38f));
    String guarded = names.freshName();
    graph.addNode(node("Clip", guarded, value, low, high));
    return guarded;
  }

  private static NodeProto node(String op, String output, String... inputs) {
    return GraphBuilder.node(output, op, "", List.of(inputs)).build();
  }

  private static ValueInfoProto scalar(String name, int type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type)
                        .setShape(TensorShapeProto.getDefaultInstance())))
        .build();
  }
}
