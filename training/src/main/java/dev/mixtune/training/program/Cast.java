package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.graph.Constants;
import java.util.Optional;

/**
 * ONNX Cast between floats, integers and truth values; floats become what the program computes in.
 */
final class Cast implements Operator {
  private static final int BOOL = 9;

  @Override
  public String type() {
    return "Cast";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    long to = attributes.integer("to", 0);
    return to == Constants.FLOAT || to == Constants.INT64 || to == Constants.INT32 || to == BOOL
        ? Optional.empty()
        : Optional.of("casts to ONNX type " + to);
  }

  @Override
  public NDArray run(Call call) {
    DataType type =
        switch (Math.toIntExact(call.attributes().integer("to", 0))) {
          case Constants.INT64 -> DataType.INT64;
          case Constants.INT32 -> DataType.INT32;
          case BOOL -> DataType.BOOLEAN;
          default -> call.floats();
        };
    return call.input(0).toType(type, /* copy= */ false);
  }
}
