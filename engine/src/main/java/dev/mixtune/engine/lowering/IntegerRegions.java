package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Range;
import dev.mixtune.engine.graph.Graph;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which values of a plan live on 8-bit integers, and on which grid.
 *
 * <p>A value is integer when the kernel that writes it is: a statically quantized convolution, or
 * an operator with an integer kernel whose data inputs are all integer. A Relu or Clip that is the
 * only reader of such a value is absorbed, and its output takes the place.
 */
final class IntegerRegions {
  private final Graph graph;
  private final Calibration calibration;
  private final Map<String, Layer> layers;
  private final Map<String, Arithmetic> arithmetic;
  private final Set<String> integer = new HashSet<>();
  private final Set<String> absorbed = new HashSet<>();
  private final GridClasses classes = new GridClasses();

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
    this.calibration = calibration;
    this.layers = layers;
    this.arithmetic = arithmetic;
    graph.nodes().forEach(this::visit);
  }

  private void visit(NodeProto node) {
    if (node.getOutputCount() == 0 || !writesInteger(node)) {
      return;
    }
    String output = node.getOutput(0);
    if (isAbsorbedByItsReader(output)) {
      absorbed.add(output);
    } else if (calibration.range(output).isPresent()) {
      integer.add(output);
      shareGrids(node);
    }
  }

  private boolean writesInteger(NodeProto node) {
    Layer layer = layers.get(node.getName());
    if (layer != null) {
      // Matrix products read integers and write floats: their kernels dequantize for nothing.
      return arithmetic.get(node.getName()) == Arithmetic.INTEGER_STATIC
          && node.getOpType().equals("Conv");
    }
    return Operators.hasIntegerKernel(node, graph.opset())
        && Operators.dataInputs(node).stream()
            .allMatch(value -> integer.contains(value) || absorbed.contains(value));
  }

  private boolean isAbsorbedByItsReader(String value) {
    List<NodeProto> readers = graph.consumers(value);
    return readers.size() == 1
        && !graph.isOutput(value)
        && Operators.isAbsorbedActivation(readers.get(0), graph)
        && readers.get(0).getInput(0).equals(value)
        && calibration.range(readers.get(0).getOutput(0)).isPresent();
  }

  private void shareGrids(NodeProto node) {
    String output = node.getOutput(0);
    if (Operators.movesValues(node)) {
      classes.join(node.getInput(0), output);
    } else if (node.getOpType().equals("Concat") && haveOneSign(node.getInputList())) {
      node.getInputList().forEach(input -> classes.join(input, output));
    }
  }

  /** A common grid must not move the zero point of a value behind an absorbed Relu. */
  private boolean haveOneSign(List<String> values) {
    return values.stream().allMatch(value -> range(value).low() == 0)
        || values.stream().allMatch(value -> range(value).low() < 0);
  }

  /** Whether every reader sees this value on its integer grid. */
  boolean isInteger(String value) {
    return integer.contains(value);
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
    return ActivationGrid.of(range(value));
  }

  /** The range that the grid of a value covers. */
  Range range(String value) {
    Range range = ownRange(value);
    for (String other : classes.membersWith(value)) {
      range = range.union(ownRange(other));
    }
    return range;
  }

  private Range ownRange(String value) {
    Range range =
        calibration
            .range(value)
            .orElseThrow(() -> new IllegalStateException("no calibrated range for " + value));
    Optional<NodeProto> producer = graph.producer(value);
    if (producer.isEmpty() || !Operators.isAbsorbedActivation(producer.get(), graph)) {
      return range;
    }
    // What an activation cuts off needs no code, and must not have one, or it is not absorbed.
    if (producer.get().getOpType().equals("Relu")) {
      return new Range(0, range.high());
    }
    ClipBounds bounds = ClipBounds.of(producer.get(), graph).orElseThrow();
    return new Range(Math.max(range.low(), bounds.low()), Math.min(range.high(), bounds.high()));
  }

  /** Disjoint sets of values that share one grid. */
  private static final class GridClasses {
    private final Map<String, Set<String>> sets = new HashMap<>();

    void join(String a, String b) {
      Set<String> joined = new HashSet<>(membersWith(a));
      joined.addAll(membersWith(b));
      joined.add(a);
      joined.add(b);
      joined.forEach(member -> sets.put(member, joined));
    }

    Set<String> membersWith(String value) {
      return sets.getOrDefault(value, Set.of());
    }
  }
}
