package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX model as a program of NDArray operations, differentiable in its inputs and in any of its
 * constants.
 *
 * <p>The model may be a float network or a lowered plan: QuantizeLinear and DequantizeLinear are
 * computed in floats with the same rounding, so the program of a lowered file is its fake-quantized
 * form. Not thread-safe.
 */
public final class GradientProgram implements AutoCloseable {
  private final NDManager manager;
  private final DataType floats;
  private final List<Step> steps;
  private final Map<String, NDArray> constants;
  private final List<String> inputs;
  private final List<String> outputs;

  private record Step(Operator operator, Attributes attributes) {}

  private GradientProgram(
      NDManager manager,
      DataType floats,
      List<Step> steps,
      Map<String, NDArray> constants,
      List<String> inputs,
      List<String> outputs) {
    this.manager = manager;
    this.floats = floats;
    this.steps = List.copyOf(steps);
    this.constants = constants;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
  }

  /**
   * The program of a model. Build it outside of any {@link ai.djl.ndarray.NDScope}: its constants
   * live until it is closed.
   *
   * @param model serialized ONNX, nodes in topological order
   * @param runtime folds constants
   * @param parent owner of the memory
   * @param floats FLOAT32, or FLOAT64 to check gradients
   * @throws UserException when an operator has no gradient here; the message names its node
   */
  public static GradientProgram of(
      byte[] model, ModelRuntime runtime, NDManager parent, DataType floats) {
    ModelProto folded = new ConstantFolding(runtime).fold(parsed(model));
    List<Step> steps = steps(folded);
    NDManager manager = parent.newSubManager();
    Map<String, NDArray> constants = new HashMap<>();
    Set<String> read = new HashSet<>();
    folded.getGraph().getNodeList().forEach(node -> read.addAll(node.getInputList()));
    folded.getGraph().getOutputList().forEach(output -> read.add(output.getName()));
    for (TensorProto constant : folded.getGraph().getInitializerList()) {
      if (read.contains(constant.getName())) {
        constants.put(constant.getName(), ConstantArrays.of(constant, manager, floats));
      }
    }
    List<String> inputs =
        folded.getGraph().getInputList().stream()
            .map(ValueInfoProto::getName)
            .filter(name -> !constants.containsKey(name))
            .toList();
    List<String> outputs =
        folded.getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList();
    return new GradientProgram(manager, floats, steps, constants, inputs, outputs);
  }

  private static ModelProto parsed(byte[] model) {
    try {
      return ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no ONNX model", e);
    }
  }

  private static List<Step> steps(ModelProto model) {
    long opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(1);
    List<Step> steps = new ArrayList<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      Attributes attributes = new Attributes(node, opset);
      Operator operator =
          Operators.find(node.getDomain(), node.getOpType())
              .orElseThrow(() -> Refusal.of(node, "is an operator without one here"));
      operator
          .refusal(attributes)
          .ifPresent(
              why -> {
                throw Refusal.of(node, why);
              });
      steps.add(new Step(operator, attributes));
    }
    return steps;
  }

  /** The operator types that programs are made of, in the order of the list. */
  public static List<String> operators() {
    return Operators.types();
  }

  /** Names of the inputs, in the model's order. */
  public List<String> inputs() {
    return inputs;
  }

  /** Names of the outputs, in the model's order. */
  public List<String> outputs() {
    return outputs;
  }

  /** Where the program's constants live. */
  public NDManager manager() {
    return manager;
  }

  /** A constant of the folded graph. It must not be changed. */
  public Optional<NDArray> constant(String name) {
    return Optional.ofNullable(constants.get(name));
  }

  /** The node of this name that is computed at each run. */
  public Optional<NodeProto> node(String name) {
    return steps.stream()
        .map(step -> step.attributes().node())
        .filter(node -> node.getName().equals(name))
        .findFirst();
  }

  /**
   * Runs the program inside the caller's {@link ai.djl.ndarray.NDScope}.
   *
   * @param values inputs by name, and arrays that take the place of constants of the same name
   * @return the outputs, in the model's order
   */
  public List<NDArray> run(Map<String, NDArray> values) {
    return run(values, outputs);
  }

  /**
   * Runs the program inside the caller's {@link ai.djl.ndarray.NDScope}, for any of its values.
   *
   * @param values inputs by name, and arrays that take the place of constants of the same name
   * @param wanted names of outputs, of constants, or of values on the way
   */
  public List<NDArray> run(Map<String, NDArray> values, List<String> wanted) {
    Map<String, NDArray> known = new LinkedHashMap<>(constants);
    known.putAll(values);
    for (Step step : steps) {
      NodeProto node = step.attributes().node();
      List<NDArray> arguments = new ArrayList<>();
      for (String name : node.getInputList()) {
        arguments.add(name.isEmpty() ? null : required(known, name));
      }
      known.put(
          node.getOutput(0), step.operator().run(new Call(step.attributes(), arguments, floats)));
    }
    return wanted.stream().map(name -> required(known, name)).toList();
  }

  /**
   * How many numbers a run computes, inside the caller's {@link ai.djl.ndarray.NDScope}: what a
   * gradient keeps in memory grows with it.
   *
   * @param values as for {@link #run(Map)}
   */
  public long computed(Map<String, NDArray> values) {
    List<String> wanted =
        steps.stream().map(step -> step.attributes().node().getOutput(0)).toList();
    return run(values, wanted).stream().mapToLong(NDArray::size).sum();
  }

  private static NDArray required(Map<String, NDArray> known, String name) {
    NDArray value = known.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no value '" + name + "'");
    }
    return value;
  }

  @Override
  public void close() {
    manager.close();
  }
}
