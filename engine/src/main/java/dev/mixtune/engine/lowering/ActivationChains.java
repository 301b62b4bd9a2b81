package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * Several Relu and Clip in a row, perhaps with operators in between that only move values. Together
 * they do what the last of them does with the narrowest bounds of all. ONNX Runtime 1.29 refuses
 * models that quantize behind two of them, so only the last is written.
 */
final class ActivationChains {
  private final Graph graph;

  ActivationChains(Graph graph) {
    this.graph = graph;
  }

  /** Whether an activation that nothing else can be read before does the node's work too. */
  boolean isMerged(NodeProto node) {
    return Operators.isAbsorbedActivation(node, graph) && endsInActivation(node.getOutput(0));
  }

  private boolean endsInActivation(String value) {
    if (soleActivation(value)) {
      return true;
    }
    List<NodeProto> readers = graph.consumers(value);
    return readers.size() == 1
        && !graph.isExposed(value)
        && Operators.keepsBounds(readers.get(0))
        && readers.get(0).getInput(0).equals(value)
        && endsInActivation(readers.get(0).getOutput(0));
  }

  /** Whether nothing but a Relu or Clip reads the value. */
  boolean soleActivation(String value) {
    List<NodeProto> readers = graph.consumers(value);
    return readers.size() == 1
        && !graph.isExposed(value)
        && Operators.isAbsorbedActivation(readers.get(0), graph)
        && readers.get(0).getInput(0).equals(value);
  }

  /** The node that does the work of the whole chain which {@code last} ends. */
  NodeProto merged(NodeProto last, GraphBuilder builder) {
    if (!followsMerged(last.getInput(0))) {
      return last;
    }
    ActivationLimits limits = ActivationLimits.of(last.getOutput(0), graph);
    NodeProto.Builder merged = last.toBuilder().clearInput().addInput(last.getInput(0));
    if (limits.low() == 0 && limits.high() == Double.POSITIVE_INFINITY) {
      return merged.setOpType("Relu").build();
    }
    return merged
        .setOpType("Clip")
        .addInput(bound(limits.low(), builder))
        .addInput(bound(limits.high(), builder))
        .build();
  }

  private boolean followsMerged(String value) {
    Optional<NodeProto> producer = graph.producer(value);
    return producer.isPresent()
        && (isMerged(producer.get())
            || (Operators.keepsBounds(producer.get())
                && followsMerged(producer.get().getInput(0))));
  }

  private static String bound(double value, GraphBuilder builder) {
    double finite = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    return builder.constant(Constants.ofFloats("", List.of(), (float) finite));
  }
}
