package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundingLibrary;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Turns plans into deployable ONNX models by assembling pre-rounded tensors. Thread-safe.
 *
 * <p>The integer kernels of the model as ONNX Runtime executes it are exactly the plan's: every
 * statically quantized layer stands between DequantizeLinear and QuantizeLinear, and float layers
 * are kept apart from them (see {@link LoweringContext#guardedView}).
 */
public final class PlanLowering {
  /** Changes whenever the same plan would become another model. */
  public static final int VERSION = 1;

  private final Network network;
  private final Calibration calibration;
  private final RoundingLibrary library;
  private final Map<String, Layer> layers = new HashMap<>();

  public PlanLowering(Network network, Calibration calibration, RoundingLibrary library) {
    this.network = network;
    this.calibration = calibration;
    this.library = library;
    network.layers().forEach(layer -> layers.put(layer.name(), layer));
  }

  /** The schemes that this layer can be lowered to, {@code F32} included, widest first. */
  public List<Scheme> schemes(Layer layer) {
    List<Scheme> schemes = new ArrayList<>();
    for (Scheme scheme : Scheme.values()) {
      if (LayerPatterns.find(layer, scheme).isPresent() && library.holds(layer, scheme)) {
        schemes.add(scheme);
      }
    }
    return schemes;
  }

  /**
   * The deployable model of a plan.
   *
   * @throws IllegalArgumentException when the plan does not fit the network
   */
  public LoweredPlan lower(Plan plan) {
    if (plan.size() != network.layers().size()) {
      throw new IllegalArgumentException(
          "a plan of " + plan.size() + " layers for a network of " + network.layers().size());
    }
    Graph graph = network.graph();
    Map<String, Arithmetic> arithmetic = new HashMap<>();
    for (Layer layer : network.layers()) {
      arithmetic.put(layer.name(), plan.scheme(layer.index()).arithmetic());
    }
    IntegerRegions regions = new IntegerRegions(graph, calibration, layers, arithmetic);
    LoweringContext context = new LoweringContext(graph, regions, library);
    for (NodeProto node : graph.nodes()) {
      Layer layer = layers.get(node.getName());
      if (layer != null) {
        lowerLayer(node, layer, plan.scheme(layer.index()), context);
      } else {
        lowerOther(node, context);
      }
      node.getOutputList().forEach(context::written);
    }
    byte[] model = context.builder().build().toByteArray();
    long weights = network.layers().stream().mapToLong(Layer::parameters).sum();
    return new LoweredPlan(
        plan,
        model,
        signature(context.kernels()),
        context.kernels(),
        context.stored().bytes(),
        8.0 * context.stored().bytes() / weights);
  }

  private static void lowerLayer(
      NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    LayerPattern pattern =
        LayerPatterns.find(layer, scheme)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "layer '" + layer.name() + "' cannot be lowered to " + scheme.id()));
    pattern.lower(node, layer, scheme, context);
    context.uses(
        new KernelUse(
            costClass(layer.kind()),
            scheme.arithmetic(),
            scheme.weightBits(),
            layer.name(),
            layer.macs(),
            Constants.elements(layer.inputShape()),
            Constants.elements(layer.outputShape()),
            layer.parameters()));
  }

  private static void lowerOther(NodeProto node, LoweringContext context) {
    NodeProto.Builder lowered = node.toBuilder();
    boolean absorbed = context.regions().isAbsorbed(node);
    for (int i = 0; i < node.getInputCount(); i++) {
      String value = node.getInput(i);
      lowered.setInput(i, readName(node, value, context));
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      lowered.setOutput(i, context.writtenName(node.getOutput(i)));
    }
    context.builder().add(lowered.build());
    if (!absorbed && node.getOutputCount() > 0) {
      boolean integer = context.regions().isInteger(node.getOutput(0));
      context.uses(
          new KernelUse(
              Operators.costClass(node),
              integer ? Arithmetic.INTEGER_STATIC : Arithmetic.FLOAT,
              0,
              node.getName(),
              0,
              inputElements(node, context.graph()),
              Constants.elements(context.graph().shape(node.getOutput(0))),
              0));
    }
  }

  private static String readName(NodeProto node, String value, LoweringContext context) {
    if (value.isEmpty() || context.graph().isConstant(value)) {
      return value;
    }
    boolean integer =
        node.getOutputCount() > 0
            && context.regions().isInteger(node.getOutput(0))
            && context.regions().isInteger(value);
    return integer ? context.integerView(value) : context.floatView(value);
  }

  private static long inputElements(NodeProto node, Graph graph) {
    return Operators.dataInputs(node).stream()
        .filter(value -> !value.isEmpty())
        .mapToLong(value -> Constants.elements(graph.shape(value)))
        .sum();
  }

  private static KernelUse.Op costClass(OperatorKind kind) {
    return switch (kind) {
      case CONV -> KernelUse.Op.CONV;
      case DEPTHWISE_CONV -> KernelUse.Op.DEPTHWISE_CONV;
      case GROUPED_CONV -> KernelUse.Op.GROUPED_CONV;
      case GEMM, MATMUL -> KernelUse.Op.MATMUL;
    };
  }

  /** Stored bits change no kernel, except that of block-wise weights. */
  private static String signature(List<KernelUse> kernels) {
    StringBuilder text = new StringBuilder();
    for (KernelUse kernel : kernels) {
      text.append(kernel.op()).append(' ').append(kernel.arithmetic()).append(' ');
      if (kernel.arithmetic() == Arithmetic.BLOCKWISE) {
        text.append(kernel.weightBits()).append(' ');
      }
      text.append(kernel.name()).append('\n');
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return "k" + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
