package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.stream.IntStream;

/** ONNX Transpose; without {@code perm} the axes are reversed. */
final class Transpose implements Operator {

  @Override
  public String type() {
    return "Transpose";
  }

  @Override
  public NDArray run(Call call) {
    int rank = call.input(0).getShape().dimension();
    int[] axes =
        call.attributes()
            .integers("perm")
            .map(perm -> Arrays.stream(perm).mapToInt(Math::toIntExact).toArray())
            .orElseGet(() -> IntStream.range(0, rank).map(i -> rank - 1 - i).toArray());
    return call.input(0).transpose(axes);
  }
}
