package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns plans into deployable ONNX models by assembling pre-rounded tensors. Thread-safe.
 *
 * <p>The integer kernels of the model as ONNX Runtime executes it are exactly the plan's: every
 * statically quantized layer stands between DequantizeLinear and QuantizeLinear, and float layers
 * are kept apart from them (see {@link LoweringContext#floatLayerView}).
 */
public final class PlanLowering {
  /** Changes whenever the same plan would become another model. */
  public static final int VERSION = 6;

  /** Of the heap, what packed weights may take that are kept for later plans. */
  private static final int FORMS_OF_MEMORY = 8;

  private final Network network;
  private final Calibration calibration;
  private final RoundingLibrary library;
  private final Map<String, Layer> layers = new HashMap<>();
  private final CorrectedBiases biases;
  private final KeptForms forms = new KeptForms(Runtime.getRuntime().maxMemory() / FORMS_OF_MEMORY);
  private final List<List<Scheme>> schemes = new ArrayList<>();

  /** Groups in which a layer has no integer kernel: what it shares must suit all its members. */
  private final Set<String> groupsStoredOnly = new HashSet<>();

  /**
   * @param network the network
   * @param calibration of this network
   * @param library of this network's weights
   */
  public PlanLowering(Network network, Calibration calibration, RoundingLibrary library) {
    this.network = network;
    this.calibration = calibration;
    this.library = library;
    network.layers().forEach(layer -> layers.put(layer.name(), layer));
    this.biases = new CorrectedBiases(network.graph(), layers);
    network.layers().stream()
        .filter(layer -> layer.kind().isStoredOnly())
        .forEach(layer -> groupsStoredOnly.add(layer.group()));
    for (NodeProto node : network.graph().nodes()) {
      Layer layer = layers.get(node.getName());
      if (layer != null) {
        schemes.add(schemes(node, layer));
      }
    }
  }

  private List<Scheme> schemes(NodeProto node, Layer layer) {
    // Without the ranges of what it reads and writes a layer cannot be on a static grid.
    boolean calibrated =
        calibration.range(node.getInput(layer.kind().activationInput())).isPresent()
            && calibration.range(node.getOutput(0)).isPresent();
    boolean storedOnly = groupsStoredOnly.contains(layer.group());
    return Arrays.stream(Scheme.values())
        .filter(scheme -> LayerPatterns.find(layer, scheme).isPresent())
        .filter(scheme -> storedOnly || !scheme.isStoredOnly())
        .filter(scheme -> library.holds(layer, scheme))
        .filter(scheme -> calibrated || scheme.arithmetic() != Arithmetic.INTEGER_STATIC)
        .toList();
  }

  /** The network whose plans these are. */
  Network network() {
    return network;
  }

  /** The schemes that this layer can be lowered to, {@code F32} included, widest first. */
  public List<Scheme> schemes(Layer layer) {
    return schemes.get(layer.index());
  }

  /**
   * The deployable model of a plan.
   *
   * @throws IllegalArgumentException when the plan does not fit the network, or gives a layer a
   *     scheme that is not among its {@link #schemes}
   */
  public LoweredPlan lower(Plan plan) {
    LoweringContext context = assemble(plan, forms);
    byte[] model = context.builder().build().toByteArray();
    long weights =
        network.groups().values().stream()
            .mapToLong(group -> network.layers().get(group.get(0)).parameters())
            .sum();
    return new LoweredPlan(
        plan,
        model,
        signature(plan, context.kernels()),
        context.kernels(),
        context.stored().bytes(),
        8.0 * context.stored().bytes() / weights);
  }

  /**
   * The graph of a plan, around these forms of its weights.
   *
   * @throws IllegalArgumentException as {@link #lower} does
   */
  LoweringContext assemble(Plan plan, StoredForm.Source forms) {
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
    LoweringContext context = new LoweringContext(graph, regions, library, forms);
    for (NodeProto node : graph.nodes()) {
      Layer layer = layers.get(node.getName());
      if (layer != null) {
        lowerLayer(node, layer, plan.scheme(layer.index()), context);
      } else {
        lowerOther(node, plan, context);
      }
      node.getOutputList().forEach(context::written);
    }
    return context;
  }

  private void lowerLayer(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    if (!schemes.get(layer.index()).contains(scheme)) {
      throw new IllegalArgumentException(
          "layer '" + layer.name() + "' cannot be lowered to " + scheme.id());
    }
    LayerPatterns.find(layer, scheme).orElseThrow().lower(node, layer, scheme, context);
    context.uses(
        new KernelUse(
            KernelUse.Op.of(layer.kind()),
            scheme.arithmetic(),
            KernelUse.pricedBits(layer.kind(), scheme),
            layer.name(),
            layer.macs(),
            Constants.elements(layer.inputShape()),
            Constants.elements(layer.outputShape()),
            layer.parameters()));
  }

  private void lowerOther(NodeProto original, Plan plan, LoweringContext context) {
    IntegerRegions regions = context.regions();
    if (regions.isAbsorbed(original) || context.isLeftOut(original)) {
      return;
    }
    NodeProto node =
        Operators.isAbsorbedActivation(original, context.graph())
            ? context.chains().merged(original, context.builder())
            : original;
    boolean staysInteger =
        node.getOutputCount() > 0 && regions.isWrittenByIntegerKernel(node.getOutput(0));
    boolean integer = staysInteger && Operators.hasIntegerKernel(node, context.graph().opset());
    NodeProto.Builder lowered = node.toBuilder().clearName();
    for (int i = 0; i < node.getInputCount(); i++) {
      Optional<TensorProto> bias = biases.replacing(original, i, plan, library);
      lowered.setInput(
          i,
          bias.isPresent()
              ? context.builder().constant(bias.get())
              : readName(node, i, integer, context));
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      lowered.setOutput(i, context.writtenName(node.getOutput(i)));
    }
    context.builder().add(lowered.build());
    boolean absorbedByQuantization = staysInteger && Operators.isActivation(node);
    if (node.getOutputCount() > 0 && !absorbedByQuantization) {
      context.uses(use(node, integer, context.graph()));
    }
    if (staysInteger && !integer) {
      context.crossesBack(regions.destination(node.getOutput(0)));
    }
  }

  private static KernelUse use(NodeProto node, boolean integer, Graph graph) {
    KernelUse.Op op = Operators.costClass(node);
    long outputs = Constants.elements(graph.shape(node.getOutput(0)));
    boolean product = op == KernelUse.Op.MATMUL;
    return new KernelUse(
        op,
        integer ? Arithmetic.INTEGER_STATIC : Arithmetic.FLOAT,
        // A product of two activations costs what one with float weights costs.
        product ? Scheme.F32.weightBits() : 0,
        node.getName(),
        product ? outputs * lastAxis(graph.shape(node.getInput(0))) : 0,
        inputElements(node, graph),
        outputs,
        0);
  }

  private static long lastAxis(List<Long> shape) {
    return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
  }

  private static String readName(
      NodeProto node, int input, boolean integer, LoweringContext context) {
    String value = node.getInput(input);
    if (value.isEmpty() || !context.graph().isActivation(value)) {
      return value;
    }
    if (integer && context.regions().isInteger(value)) {
      return context.integerView(value);
    }
    return input == 0 && Operators.hasWeights(node)
        ? context.floatLayerView(value, node.getOutput(0))
        : context.floatView(value);
  }

  private static long inputElements(NodeProto node, Graph graph) {
    return Operators.dataInputs(node).stream()
        .filter(value -> !value.isEmpty())
        .mapToLong(value -> Constants.elements(graph.shape(value)))
        .sum();
  }

  /** What is stored changes no kernel, except that of block-wise weights and of a Gather. */
  private String signature(Plan plan, List<KernelUse> kernels) {
    StringBuilder text = new StringBuilder();
    for (Layer layer : network.layers()) {
      Scheme scheme = plan.scheme(layer.index());
      // Blocks of 32 came first: signatures that studies have recorded stay what they are.
      boolean largeBlocks = scheme.blockSize() > Scheme.W8_BLOCK.blockSize();
      if (layer.kind() == OperatorKind.GATHER || largeBlocks) {
        text.append(largeBlocks ? layer.name() + " " : "").append(scheme.id()).append('\n');
      }
    }
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
