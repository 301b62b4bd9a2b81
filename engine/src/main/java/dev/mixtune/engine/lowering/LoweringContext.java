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
  private final List<KernelUse> kernels = new ArrayList<>();
  private final StoredWeights stored;

  LoweringContext(Graph graph, IntegerRegions regions, RoundingLibrary library) {
    this.graph = graph;
    this.builder = new GraphBuilder(graph);
    this.regions = regions;
    this.library = library;
    this.stored = new StoredWeights(builder);
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

  List<KernelUse> kernels() {
    return kernels;
  }

  void uses(KernelUse kernel) {
    kernels.add(kernel);
  }

  /** The name under which a float reader finds a value. */
  String floatView(String value) {
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
   * The name under which a float layer finds a value, when the layer's own output is quantized
   * later: behind an operator that changes nothing. Without it ONNX Runtime 1.29 quantizes the
   * weights of a float layer that stands between DequantizeLinear and QuantizeLinear.
   */
  String guardedView(String value) {
    String known = guardedViews.get(value);
    if (known != null) {
      return known;
    }
    String view = floatView(value);
    String guarded;
    if (regions.range(value).low() == 0) {
      guarded = builder.node("Relu", List.of(view));
    } else {
      String low = builder.constant(Constants.ofFloats("", List.of(), -3e38f));
      String high = builder.constant(Constants.ofFloats("", List.of(), 3e38f));
      guarded = builder.node("Clip", List.of(view, low, high));
    }
    guardedViews.put(value, guarded);
    return guarded;
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
    if (!regions.isInteger(value) || !graph.isOutput(value)) {
      return value;
    }
    // The graph output keeps its name, which then stands behind Quantize and Dequantize.
    return value + "_raw";
  }

  /** To be called once the node that writes {@code value} is there. */
  void written(String value) {
    if (regions.isInteger(value)) {
      String target = graph.isOutput(value) ? value : builder.freshName();
      integerViews.put(value, quantizeDequantize(value, writtenName(value), target));
    }
  }

  private String quantizeDequantize(String value, String from, String target) {
    ActivationGrid grid = regions.grid(value);
    String scale = builder.constant(Constants.ofFloats("", List.of(), grid.scale()));
    TensorProto zero =
        Constants.ofBytes("", Constants.UINT8, List.of(), new byte[] {(byte) grid.zeroPoint()});
    String zeroPoint = builder.constant(zero);
    String domain = builder.quantizationDomain();
    String codes =
        builder.node(
            builder.freshName(), "QuantizeLinear", domain, List.of(from, scale, zeroPoint));
    return builder.node(target, "DequantizeLinear", domain, List.of(codes, scale, zeroPoint));
  }

  private void boundary(KernelUse.Op op, String value) {
    long elements = Constants.elements(graph.shape(value));
    kernels.add(new KernelUse(op, Arithmetic.FLOAT, 0, value, 0, elements, elements, 0));
  }
}
