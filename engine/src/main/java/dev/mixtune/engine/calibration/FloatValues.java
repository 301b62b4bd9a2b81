package dev.mixtune.engine.calibration;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What float activations of a network are for some inputs. */
public final class FloatValues {
  private FloatValues() {}

  /**
   * Runs the float network once.
   *
   * @param values names of activations or inputs; each once
   * @param inputs by name
   * @return by name, those that are float32
   */
  public static Map<String, Tensor.Floats> of(
      ModelRuntime runtime, Network network, Set<String> values, Map<String, Tensor> inputs) {
    Map<String, Tensor.Floats> found = new LinkedHashMap<>();
    ModelProto.Builder model = network.graph().model().toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder().clearOutput();
    for (String value : values) {
      if (inputs.get(value) instanceof Tensor.Floats given) {
        found.put(value, given);
      } else if (!inputs.containsKey(value)) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(value));
      }
    }
    if (graph.getOutputCount() == 0) {
      return found;
    }
    try (Session session = runtime.open(model.build().toByteArray(), 1)) {
      List<Tensor> outputs = session.run(inputs);
      for (int i = 0; i < outputs.size(); i++) {
        if (outputs.get(i) instanceof Tensor.Floats floats) {
          found.put(session.outputs().get(i).name(), floats);
        }
      }
    }
    return found;
  }
}
