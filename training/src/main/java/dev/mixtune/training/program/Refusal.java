package dev.mixtune.training.program;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.UserException;

/** The message about a node that cannot be differentiated. */
final class Refusal {
  private Refusal() {}

  static UserException of(NodeProto node, String what) {
    String name = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
    return new UserException(
        "no gradient: node '" + name + "' (" + node.getOpType() + ") " + what,
        "Gradients need a network of the operators listed in docs/training.md, with static 8-bit"
            + " activations where it is quantized.");
  }
}
