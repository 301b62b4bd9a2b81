package dev.mixtune.training.program;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.graph.Graph;
import java.util.Optional;

/**
 * What a node says beside its inputs.
 *
 * @param node the node
 * @param opset version of ONNX's operator set that it was written for
 */
record Attributes(NodeProto node, long opset) {

  long integer(String name, long absent) {
    return Graph.intAttribute(node, name, absent);
  }

  float real(String name, float absent) {
    return Graph.floatAttribute(node, name, absent);
  }

  String text(String name, String absent) {
    return Graph.textAttribute(node, name, absent);
  }

  Optional<long[]> integers(String name) {
    return find(name).map(a -> a.getIntsList().stream().mapToLong(Long::longValue).toArray());
  }

  Optional<TensorProto> tensor(String name) {
    return find(name).map(AttributeProto::getT);
  }

  private Optional<AttributeProto> find(String name) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }
}
