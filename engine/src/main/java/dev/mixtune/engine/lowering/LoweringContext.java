package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.rounding.RoundingLibrary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The state of one lowering, shared by the patterns: views of values and stored weights. */
final class LoweringContext {
  private final Graph graph;
  private final GraphBuilder builder;
  private final IntegerRegions regions;
  private final RoundingLibrary library;
  private final Map<String, String> integerViews = new HashMap<>();
  private final Map<String, String> floatViews = new HashMap<>();
  private final Map<String, String> guardedViews = new HashMap<>();
  private final Map<String, List<String>> dynamicViews = new HashMap<>();
  private final Map<String, String> rawNames = new HashMap<>();
  private final List<KernelUse> kernels = new ArrayList<>();
  private final StoredWeights stored;
  private final ActivationChains chains;

  LoweringContext(
      Graph graph, IntegerRegions regions, RoundingLibrary library, StoredForm.Source forms) {
    this.graph = graph;
    this.builder = new GraphBuilder(graph);
    this.regions = regions;
    this.library = library;
    this.stored = new StoredWeights(builder, forms);
    this.chains = new ActivationChains(graph);
  }

  Graph graph() {
    return graph;
  }

  GraphBuilder builder() {
    return builder;
  }

  IntegerRegions regions() {
    return regions;
  }

  RoundingLibrary library() {
    return library;
  }

  StoredWeights stored() {
    return stored;
  }

  ActivationChains chains() {
    return chains;
  }

  List<KernelUse> kernels() {
    return kernels;
  }

  void uses(KernelUse kernel) {
    kernels.add(kernel);
  }

  /** Whether an activation further on does the work of this one. */
  boolean isLeftOut(NodeProto node) {
    return chains.isMerged(node) && !regions.isWrittenByIntegerKernel(node.getOutput(0));
  }

  /** The name under which a float reader finds a value. */
  String floatView(String value) {
    Optional<NodeProto> producer = graph.producer(value);
    if (producer.isPresent() && isLeftOut(producer.get())) {
      return floatView(producer.get().getInput(0));
    }
    String view = floatViews.get(value);
    if (view != null) {
      return view;
    }
    if (regions.isInteger(value)) {
      view = integerView(value);
      boundary(KernelUse.Op.DEQUANTIZE, value);
    } else {
      view = value;
    }
    floatViews.put(value, view);
    return view;
  }

  /** The name under which an integer kernel finds a value: behind Quantize and Dequantize. */
  String integerView(String value) {
    String view = integerViews.get(value);
    if (view == null) {
      boundary(KernelUse.Op.QUANTIZE, value);
      view = quantizeDequantize(value, value, builder.freshName());
      integerViews.put(value, view);
    }
    return view;
  }

  /**
   * The name under which a float layer that writes {@code output} finds a value: behind an operator
   * that changes nothing, when the layer's own output is quantized later. Without it ONNX Runtime
   * 1.29 quantizes the weights of a float layer that stands between DequantizeLinear and
   * QuantizeLinear.
   */
  String floatLayerView(String value, String output) {
    boolean betweenIntegers = regions.isInteger(value) && regions.reachesQuantization(output);
    String view = floatView(value);
    return betweenIntegers ? guardedViews.computeIfAbsent(value, key -> guard(key, view)) : view;
  }

  private String guard(String value, String view) {
    if (regions.isUnsigned(value)) {
      return builder.node("Relu", List.of(view));
    }
    String low = builder.constant(Constants.ofFloats("", List.of(), -3e38f));
    String high = builder.constant(Constants.ofFloats("", List.of(), 3e38f));
    return builder.node("Clip", List.of(view, low, high));
  }

  /** Codes, scale and zero point of a value whose range is taken at run time. */
  List<String> dynamicView(String value) {
    List<String> known = dynamicViews.get(value);
    if (known == null) {
      List<String> outputs = List.of(builder.freshName(), builder.freshName(), builder.freshName());
      builder.add(
          NodeProto.newBuilder()
              .setOpType("DynamicQuantizeLinear")
              .addInput(floatView(value))
              .addAllOutput(outputs)
              .build());
      boundary(KernelUse.Op.QUANTIZE, value);
      dynamicViews.put(value, outputs);
      known = outputs;
    }
    return known;
  }

  /** The name that the kernel which writes {@code value} must write to. */
  String writtenName(String value) {
    String written = regions.destination(value);
    if (!regions.isInteger(written) || !graph.isExposed(written)) {
      return written;
    }
    // An exposed value keeps its name, which then stands behind Quantize and Dequantize.
    return rawNames.computeIfAbsent(written, key -> builder.freshName());
  }

  /** To be called once the node that writes {@code value} is there. */
  void written(String value) {
    if (!regions.isInteger(value)) {
      return;
    }
    boolean exposed = graph.isExposed(value);
    String target = exposed ? value : builder.freshName();
    integerViews.put(value, quantizeDequantize(value, writtenName(value), target));
    if (exposed) {
      floatView(value);
    }
  }

  private String quantizeDequantize(String value, String from, String target) {
    ActivationGrid grid = regions.grid(value);
    String scale = builder.constant(Constants.ofFloats("", List.of(), grid.scale()));
    TensorProto zero =
        Constants.ofBytes("", Constants.UINT8, List.of(), new byte[] {(byte) grid.zeroPoint()});
    String zeroPoint = builder.constant(zero);
    String domain = builder.quantizationDomain();
    String codes = builder.freshName();
    List<String> gridConstants = List.of(scale, zeroPoint);
    builder.add(
        GraphBuilder.node(codes, "QuantizeLinear", domain, List.of(from))
            .addAllInput(gridConstants)
            .build());
    builder.add(
        GraphBuilder.node(target, "DequantizeLinear", domain, List.of(codes))
            .addAllInput(gridConstants)
            .build());
    return target;
  }

  /** A float operator wrote {@code value}, which goes on as integers. */
  void crossesBack(String value) {
    boundary(KernelUse.Op.QUANTIZE, value);
  }

  private void boundary(KernelUse.Op op, String value) {
    long elements = Constants.elements(graph.shape(value));
    kernels.add(new KernelUse(op, Arithmetic.FLOAT, 0, value, 0, elements, elements, 0));
  }
}
