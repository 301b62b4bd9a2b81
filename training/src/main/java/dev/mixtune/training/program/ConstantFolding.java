package dev.mixtune.training.program;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes what depends on constants only, such as the weights that a lowered model unpacks, by the
 * runtime itself: what it makes of them is what counts.
 */
final class ConstantFolding {
  private final ModelRuntime runtime;

  ConstantFolding(ModelRuntime runtime) {
    this.runtime = runtime;
  }

  /** The same model with these values as constants, under the same names. */
  ModelProto fold(ModelProto model) {
    GraphProto graph = model.getGraph();
    Set<String> constants = new HashSet<>();
    graph.getInitializerList().forEach(constant -> constants.add(constant.getName()));
    GraphProto.Builder folded = GraphProto.newBuilder().setName(graph.getName());
    GraphProto.Builder kept = graph.toBuilder().clearNode();
    for (NodeProto node : graph.getNodeList()) {
      boolean known =
          node.getInputList().stream().allMatch(i -> i.isEmpty() || constants.contains(i));
      if (known) {
        folded.addNode(node);
        constants.addAll(node.getOutputList());
      } else {
        kept.addNode(node);
      }
    }
    if (folded.getNodeCount() == 0) {
      return model;
    }
    for (String value : boundary(folded, kept)) {
      folded.addOutput(ValueInfoProto.newBuilder().setName(value));
    }
    folded.addAllInitializer(graph.getInitializerList());
    computed(model.toBuilder().setGraph(folded).build()).forEach(kept::addInitializer);
    return model.toBuilder().setGraph(kept).build();
  }

  /** Values that folded nodes write and others read. */
  private static Set<String> boundary(GraphProto.Builder folded, GraphProto.Builder kept) {
    Set<String> written = new HashSet<>();
    folded.getNodeList().forEach(node -> written.addAll(node.getOutputList()));
    Set<String> read = new LinkedHashSet<>();
    kept.getNodeList().forEach(node -> read.addAll(node.getInputList()));
    kept.getOutputList().forEach(output -> read.add(output.getName()));
    read.retainAll(written);
    return read;
  }

  private List<TensorProto> computed(ModelProto model) {
    try (Session session = runtime.open(model.toByteArray(), 1)) {
      List<Tensor> values = session.run(Map.of());
      List<TensorProto> tensors = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        tensors.add(constant(session.outputs().get(i).name(), values.get(i)));
      }
      return tensors;
    }
  }

  private static TensorProto constant(String name, Tensor tensor) {
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    return tensor instanceof Tensor.Floats floats
        ? Constants.ofFloats(name, shape, floats.values())
        : Constants.ofLongs(name, shape, ((Tensor.Longs) tensor).values());
  }
}
