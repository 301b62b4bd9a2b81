package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Graph;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which values of a plan live on 8-bit integers, and on which grid.
 *
 * <p>A value is integer when the kernel that writes it is: a statically quantized convolution, or
 * an operator that carries integers on and whose data inputs are all integer. A Relu or Clip that
 * is the only reader of such a value is absorbed, and its output takes the place: the grid of that
 * output ends where the activation cuts, so that quantizing does the same.
 */
final class IntegerRegions {
  private final Graph graph;
  private final Map<String, Layer> layers;
  private final Map<String, Arithmetic> arithmetic;
  private final Set<String> integer = new HashSet<>();
  private final Set<String> absorbed = new HashSet<>();
  private final ActivationChains chains;
  private final ActivationGrids grids;

  /**
   * @param layers by node name
   * @param arithmetic by node name
   */
  IntegerRegions(
      Graph graph,
      Calibration calibration,
      Map<String, Layer> layers,
      Map<String, Arithmetic> arithmetic) {
    this.graph = graph;
    this.layers = layers;
    this.arithmetic = arithmetic;
    this.chains = new ActivationChains(graph);
    this.grids = new ActivationGrids(graph, calibration);
    graph.nodes().forEach(this::visit);
  }

  private void visit(NodeProto node) {
    if (node.getOutputCount() == 0 || !writesInteger(node)) {
      return;
    }
    String output = node.getOutput(0);
    if (isAbsorbedByItsReader(output)) {
      absorbed.add(output);
    } else if (grids.has(output)) {
      integer.add(output);
      shareGrids(node);
    }
  }

  private boolean writesInteger(NodeProto node) {
    if (layers.containsKey(node.getName())) {
      return isStaticLayer(node)
          && (node.getOpType().equals("Conv") || onlyStaticLayersRead(node.getOutput(0)));
    }
    return Operators.carriesIntegers(node, graph.opset())
        && Operators.dataInputs(node).stream()
            .allMatch(value -> integer.contains(value) || absorbed.contains(value));
  }

  /**
   * Whether the value, behind activations that can be absorbed, is read by nothing but statically
   * quantized layers. A matrix product then writes integers; for any other reader its kernel
   * dequantizes for nothing.
   */
  private boolean onlyStaticLayersRead(String value) {
    List<NodeProto> readers = graph.consumers(value);
    if (isAbsorbedByItsReader(value)) {
      return onlyStaticLayersRead(readers.get(0).getOutput(0));
    }
    return !readers.isEmpty()
        && !graph.isExposed(value)
        && readers.stream()
            .allMatch(reader -> isStaticLayer(reader) && reader.getInput(0).equals(value));
  }

  private boolean isAbsorbedByItsReader(String value) {
    return chains.soleActivation(value) && grids.has(graph.consumers(value).get(0).getOutput(0));
  }

  private void shareGrids(NodeProto node) {
    String output = node.getOutput(0);
    if (Operators.movesValues(node)) {
      grids.join(List.of(node.getInput(0), output));
    } else if (node.getOpType().equals("Concat")) {
      node.getInputList().forEach(input -> grids.join(List.of(input, output)));
    }
  }

  /** Whether every reader sees this value on its integer grid. */
  boolean isInteger(String value) {
    return integer.contains(value);
  }

  /** Whether an integer kernel writes this value, perhaps with the activation behind it. */
  boolean isWrittenByIntegerKernel(String value) {
    return integer.contains(value) || absorbed.contains(value);
  }

  /**
   * The value that an integer kernel really writes when it writes {@code value}: the one behind the
   * activations that it absorbs.
   */
  String destination(String value) {
    return absorbed.contains(value)
        ? destination(graph.consumers(value).get(0).getOutput(0))
        : value;
  }

  /** Whether the node is a layer that reads integers with calibrated ranges. */
  boolean isStaticLayer(NodeProto node) {
    return arithmetic.get(node.getName()) == Arithmetic.INTEGER_STATIC;
  }

  /** Whether integer kernels absorb this activation. */
  boolean isAbsorbed(NodeProto node) {
    return !node.getInputList().isEmpty() && absorbed.contains(node.getInput(0));
  }

  /**
   * Whether the value meets a QuantizeLinear, directly or behind operators that the runtime moves
   * quantization through.
   */
  boolean reachesQuantization(String value) {
    return integer.contains(value)
        || graph.consumers(value).stream().anyMatch(reader -> quantizes(reader, value));
  }

  private boolean quantizes(NodeProto reader, String value) {
    if (layers.containsKey(reader.getName())) {
      return isStaticLayer(reader) && reader.getInput(0).equals(value);
    }
    boolean transparent =
        Operators.movesValues(reader) || Operators.isAbsorbedActivation(reader, graph);
    return transparent && reachesQuantization(reader.getOutput(0));
  }

  /** The grid of a value. Call only for values with a calibrated range. */
  ActivationGrid grid(String value) {
    return grids.grid(value);
  }

  /** Whether the grid of a value has no negative codes. */
  boolean isUnsigned(String value) {
    return grids.range(value).low() == 0;
  }
}
