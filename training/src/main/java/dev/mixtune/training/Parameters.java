package dev.mixtune.training;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

/** Reads the current values of a block's own parameters. */
final class Parameters {
  private Parameters() {}

  /** A copy of the values of the parameter {@code name}, row-major. */
  static float[] values(Block block, String name) {
    Parameter parameter = block.getDirectParameters().get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "the block has no parameter '%s', only %s"
              .formatted(name, block.getDirectParameters().keys()));
    }
    return parameter.getArray().toFloatArray();
  }
}
