package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** An ONNX operator as arithmetic that gradients flow through. Stateless. */
interface Operator {

  /** The ONNX operator type, such as {@code Conv}. */
  String type();

  /**
   * Why a node of this type has no program here, such as {@code ceil_mode 1}; empty when it has
   * one. Asked once, when the program is built.
   */
  default Optional<String> refusal(Attributes attributes) {
    return Optional.empty();
  }

  /** The node's first output. */
  NDArray run(Call call);
}
