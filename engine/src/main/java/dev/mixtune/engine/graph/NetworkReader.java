package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Imports a trained ONNX model: ONNX Runtime folds constants and BatchNormalization once, then the
 * graph is read and its layers are found.
 */
public final class NetworkReader {
  /** From this version of the file format on, constants need not be inputs. */
  private static final long LEAST_IR_VERSION = 4;

  private final OrtRuntime runtime;

  public NetworkReader(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Imports a model.
   *
   * @param file the ONNX file
   * @param axes values for named axes other than the batch, such as {@code {"sequence": 128}}
   * @throws UserException when the file is missing or broken, already quantized, or without layers
   */
  public Network read(Path file, Map<String, Long> axes) {
    ModelFile source = ModelFile.read(file);
    boolean half = FloatModel.isHalf(source.model());
    ModelProto canonical = canonical(file, source.model(), source.bytes(), half);
    Shaped plain = plain(file, canonical, axes);
    Graph graph = new Graph(plain.model(), plain.shapes(), half);
    List<Layer> layers = new LayerFinder(graph).layers();
    if (layers.isEmpty()) {
      throw new UserException(
          "'"
              + file
              + "' has no quantizable layer: no Conv along one or two axes, ConvTranspose, Gemm, MatMul"
              + " or Gather with constant weights",
          "Export the trained model with its weights inside, not as inputs.");
    }
    return new Network(
        graph,
        layers,
        file.getFileName().toString(),
        source.sha256(),
        source.fileBytes(),
        source.bytes());
  }

  /**
   * What there is in a model of any size. Its large constants are never in memory, and read once.
   *
   * @param file the ONNX file; the file itself, without its external data, below 2 GiB
   * @param axes values for named axes other than the batch
   * @throws UserException when the file is missing or broken, or already quantized
   */
  public ModelFacts facts(Path file, Map<String, Long> axes) {
    return skimmed(file, axes).facts();
  }

  /**
   * What rounding would do to the weights of a model of any size, layer by layer; its large
   * constants are never in memory, and read three times.
   *
   * @param file the ONNX file; the file itself, without its external data, below 2 GiB
   * @param axes values for named axes other than the batch
   * @throws UserException as {@link #facts}
   */
  public List<WeightFacts> weights(Path file, Map<String, Long> axes) {
    Skimmed skimmed = skimmed(file, axes);
    WeightScan scan = new WeightScan(skimmed.skeleton().constants(), skimmed.graph());
    Map<String, NodeProto> nodes = new HashMap<>();
    skimmed.graph().nodes().forEach(node -> nodes.put(node.getName(), node));
    List<WeightFacts> weights = new ArrayList<>();
    for (Layer layer : skimmed.facts().layers()) {
      NodeProto node = nodes.get(layer.name());
      if (node != null) {
        weights.add(scan.scan(layer, node));
      }
    }
    return weights;
  }

  /**
   * Opens a model of any size to run it from where it lies: its large constants are never in memory
   * as a whole.
   *
   * @param file the ONNX file; the file itself, without its external data, below 2 GiB, and no
   *     constant of 2 GiB or more
   * @param axes values for named axes other than the batch
   * @throws UserException as {@link #facts}
   */
  public MappedModel mapped(Path file, Map<String, Long> axes) {
    Skimmed skimmed = skimmed(file, axes);
    return new MappedModel(
        runtime, skimmed.skeleton().constants(), skimmed.runs(), skimmed.graph(), skimmed.facts());
  }

  /**
   * @param runs the canonical model, large constants as inputs
   * @param graph the same with constants that have no values
   */
  private record Skimmed(Skeleton skeleton, ModelProto runs, Graph graph, ModelFacts facts) {}

  private Skimmed skimmed(Path file, Map<String, Long> axes) {
    Skeleton skeleton = Skeleton.of(file);
    ModelProto model = skeleton.model();
    ModelProto canonical = canonical(file, model, model.toByteArray(), skeleton.isHalf());
    Shaped plain = plain(file, canonical, axes);
    Graph graph =
        new Graph(skeleton.withConstants(plain.model()), plain.shapes(), skeleton.isHalf());
    List<Layer> layers = new LayerFinder(graph, skeleton.constants()::firstNotFinite).layers();
    ModelFacts facts =
        new ModelFacts(
            file.getFileName().toString(),
            skeleton.fileBytes(),
            graph.opset(),
            layers,
            new UntouchedFinder(graph)
                .find(layers.stream().map(Layer::name).collect(Collectors.toSet())),
            OpenAxis.of(graph));
    return new Skimmed(skeleton, plain.model(), graph, facts);
  }

  private record Shaped(ModelProto model, Map<String, long[]> shapes) {}

  private Shaped plain(Path file, ModelProto canonical, Map<String, Long> axes) {
    Map<String, long[]> shapes = shapes(file, canonical, axes);
    return LayerForms.plain(canonical, shapes)
        .map(plain -> new Shaped(plain, shapes(file, plain, axes)))
        .orElseGet(() -> new Shaped(canonical, shapes));
  }

  private ModelProto canonical(Path file, ModelProto source, byte[] original, boolean half) {
    byte[] bytes = original;
    if (half || hasConstantInputs(source)) {
      ModelProto given = withConstantWeights(source);
      bytes = (half ? FloatModel.of(given) : given).toByteArray();
    }
    ModelProto folded;
    try {
      folded = runtime.optimised(bytes, OrtRuntime.OptimisationLevel.BASIC);
    } catch (RuntimeFailure e) {
      throw refused(file, e);
    }
    ModelProto.Builder model = folded.toBuilder();
    Set<String> domains = new HashSet<>();
    nameNodes(model.getGraphBuilder(), domains);
    model.getGraphBuilder().getInputBuilderList().forEach(NetworkReader::nameAxes);
    List<OperatorSetIdProto> used =
        folded.getOpsetImportList().stream()
            .filter(opset -> opset.getDomain().isEmpty() || domains.contains(opset.getDomain()))
            .toList();
    return HardSigmoids.joined(
        OpsetRaising.raised(file, model.clearOpsetImport().addAllOpsetImport(used).build()));
  }

  private static UserException refused(Path file, RuntimeFailure failure) {
    return ModelFile.broken(file, "ONNX Runtime refuses it: " + failure.getMessage(), failure);
  }

  private static boolean hasConstantInputs(ModelProto source) {
    return withConstantWeights(source).getGraph().getInputCount()
        < source.getGraph().getInputCount();
  }

  /** Older exporters list weights as inputs too; then nothing could be folded into them. */
  private static ModelProto withConstantWeights(ModelProto source) {
    Set<String> constants = new HashSet<>();
    source.getGraph().getInitializerList().forEach(constant -> constants.add(constant.getName()));
    List<ValueInfoProto> inputs =
        source.getGraph().getInputList().stream()
            .filter(in -> !constants.contains(in.getName()))
            .toList();
    ModelProto.Builder model = source.toBuilder();
    model.getGraphBuilder().clearInput().addAllInput(inputs);
    return model.setIrVersion(Math.max(LEAST_IR_VERSION, model.getIrVersion())).build();
  }

  /** Gives every node a unique name, and collects the operator domains in use. */
  private static void nameNodes(GraphProto.Builder graph, Set<String> domains) {
    Set<String> names = new HashSet<>();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      domains.add(node.getDomain());
      String wanted = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
      String name = wanted;
      for (int copy = 2; !names.add(name); copy++) {
        name = wanted + "#" + copy;
      }
      node.setName(name);
    }
  }

  /**
   * Gives every open axis that has no name of its own one, such as {@code x.2}. Exporters write
   * nothing, a question mark or a negative length.
   */
  private static void nameAxes(ValueInfoProto.Builder input) {
    if (!input.getType().getTensorType().hasShape()) {
      return;
    }
    TensorShapeProto.Builder shape =
        input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    for (int i = 0; i < shape.getDimCount(); i++) {
      TensorShapeProto.Dimension axis = shape.getDim(i);
      boolean named = !axis.getDimParam().isEmpty() && !axis.getDimParam().equals("?");
      boolean fixed = axis.hasDimValue() && axis.getDimValue() >= 0;
      if (!named && !fixed) {
        shape.getDimBuilder(i).clear().setDimParam(input.getName() + "." + i);
      }
    }
  }

  private static void requireKnownAxes(List<ValueInfoProto> inputs, Set<String> axes) {
    Set<String> known = new TreeSet<>();
    for (ValueInfoProto input : inputs) {
      for (TensorShapeProto.Dimension axis :
          input.getType().getTensorType().getShape().getDimList()) {
        if (!axis.getDimParam().isEmpty()) {
          known.add(axis.getDimParam());
        }
      }
    }
    for (String axis : axes) {
      if (!known.contains(axis)) {
        throw new UserException(
            "latency.axes names '" + axis + "', which is no axis of the model's inputs",
            known.isEmpty()
                ? "All its axes are fixed: leave latency.axes out."
                : "Its open axes are called " + String.join(", ", known) + ".");
      }
    }
  }

  private Map<String, long[]> shapes(Path file, ModelProto model, Map<String, Long> axes) {
    ModelProto.Builder probe = model.toBuilder();
    GraphProto.Builder graph = probe.getGraphBuilder();
    Set<String> outputs = new HashSet<>();
    graph.getOutputList().forEach(output -> outputs.add(output.getName()));
    for (NodeProto node : model.getGraph().getNodeList()) {
      for (String value : node.getOutputList()) {
        if (!value.isEmpty() && outputs.add(value)) {
          graph.addOutput(ValueInfoProto.newBuilder().setName(value));
        }
      }
    }
    Set<String> constants = new HashSet<>();
    for (TensorProto constant : graph.getInitializerList()) {
      constants.add(constant.getName());
    }
    requireKnownAxes(graph.getInputList(), axes.keySet());
    Map<String, Long> values = new HashMap<>(axes);
    Map<String, long[]> shapes = new HashMap<>();
    for (ValueInfoProto input : graph.getInputList()) {
      if (!constants.contains(input.getName())) {
        TensorShapeProto shape = input.getType().getTensorType().getShape();
        if (shape.getDimCount() > 0 && !shape.getDim(0).getDimParam().isEmpty()) {
          values.putIfAbsent(shape.getDim(0).getDimParam(), 1L);
        }
        shapes.put(input.getName(), inputShape(shape, values));
      }
    }
    try {
      shapes.putAll(runtime.outputShapes(probe.build().toByteArray(), values));
    } catch (RuntimeFailure e) {
      throw refused(file, e);
    }
    return shapes;
  }

  private static long[] inputShape(TensorShapeProto shape, Map<String, Long> values) {
    return shape.getDimList().stream()
        .mapToLong(
            axis ->
                axis.hasDimValue()
                    ? axis.getDimValue()
                    : values.getOrDefault(axis.getDimParam(), -1L))
        .toArray();
  }
}
