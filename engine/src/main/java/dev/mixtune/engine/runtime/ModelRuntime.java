package dev.mixtune.engine.runtime;

import java.nio.file.Path;
import java.util.List;

/** Port to the program that executes models. The only way to run one. */
public interface ModelRuntime {

  /** Name and version, such as {@code onnxruntime 1.29.0}. */
  String version();

  /**
   * Opens a model for inference.
   *
   * @param model serialized ONNX
   * @param threads intra-operator threads, at least 1
   * @throws RuntimeFailure when the runtime refuses the model
   */
  Session open(byte[] model, int threads);

  /** As {@link #open(byte[], int)}, from a file, whose folder may hold external data. */
  Session open(Path file, int threads);

  /**
   * The nodes of the model as the runtime really executes them, after its own optimisation.
   *
   * @throws RuntimeFailure when the runtime refuses the model
   */
  List<ExecutedNode> executedNodes(byte[] model);

  /**
   * One node of an optimised graph.
   *
   * @param op operator type, such as {@code QLinearConv}
   * @param name node name, possibly made by the runtime
   * @param inputs names of its inputs; constants keep the name the model gave them
   */
  record ExecutedNode(String op, String name, List<String> inputs) {
    public ExecutedNode {
      inputs = List.copyOf(inputs);
    }
  }
}
