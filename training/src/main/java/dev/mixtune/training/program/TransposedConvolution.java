package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * ONNX ConvTranspose, as a convolution over the input with zeros between its elements: DJL's
 * PyTorch engine has no transposed convolution.
 */
final class TransposedConvolution implements Operator {

  @Override
  public String type() {
    return "ConvTranspose";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    boolean automatic = attributes.text("auto_pad", "NOTSET").startsWith("SAME");
    return automatic || attributes.integers("output_shape").isPresent()
        ? Optional.of("names its output's shape instead of its padding")
        : Optional.empty();
  }

  @Override
  public NDArray run(Call call) {
    NDArray weight = call.input(1);
    long[] shape = weight.getShape().getShape();
    int axes = shape.length - 2;
    int groups = Math.toIntExact(call.attributes().integer("group", 1));
    Window window =
        Window.of(call.attributes(), Arrays.copyOfRange(shape, 2, shape.length), call.input(0));
    long[] extra = call.attributes().integers("output_padding").orElseGet(() -> new long[axes]);
    long[] begin = new long[axes];
    long[] end = new long[axes];
    for (int i = 0; i < axes; i++) {
      long reach = (window.kernel()[i] - 1) * window.dilations()[i];
      begin[i] = reach - window.begin()[i];
      end[i] = reach - window.end()[i] + extra[i];
    }
    NDArray spread = Padding.around(spread(call.input(0), window.strides()), begin, end, 0);
    return spread
        .getNDArrayInternal()
        .convolution(
            spread,
            turned(weight, groups),
            call.has(2) ? call.input(2) : null,
            new Shape(LongStream.generate(() -> 1).limit(axes).toArray()),
            window.noPadding(),
            window.dilation(),
            groups)
        .singletonOrThrow();
  }

  /** The input with {@code stride - 1} zeros between neighbours. */
  private static NDArray spread(NDArray input, long[] strides) {
    int axes = strides.length;
    Shape shape = input.getShape();
    long[] apart = new long[2 + 2 * axes];
    long[] together = new long[2 + axes];
    apart[0] = together[0] = shape.get(0);
    apart[1] = together[1] = shape.get(1);
    long[] zeros = new long[2 * axes];
    NDIndex trimmed = new NDIndex().addAllDim().addAllDim();
    for (int i = 0; i < axes; i++) {
      long length = shape.get(i + 2);
      apart[2 + 2 * i] = length;
      apart[3 + 2 * i] = 1;
      zeros[2 * i + 1] = strides[i] - 1;
      together[2 + i] = length * strides[i];
      trimmed.addSliceDim(0, (length - 1) * strides[i] + 1);
    }
    return Padding.around(input.reshape(new Shape(apart)), new long[2 * axes], zeros, 0)
        .reshape(new Shape(together))
        .get(trimmed);
  }

  /** {@code [in, out/groups, ...]} as {@code [out, in/groups, ...]} with mirrored kernels. */
  private static NDArray turned(NDArray weight, int groups) {
    long[] shape = weight.getShape().getShape();
    int rank = shape.length;
    long[] split = new long[rank + 1];
    split[0] = groups;
    split[1] = shape[0] / groups;
    System.arraycopy(shape, 1, split, 2, rank - 1);
    int[] swapped = IntStream.rangeClosed(0, rank).toArray();
    swapped[1] = 2;
    swapped[2] = 1;
    long[] turned = shape.clone();
    turned[0] = shape[1] * groups;
    turned[1] = shape[0] / groups;
    return weight
        .reshape(new Shape(split))
        .transpose(swapped)
        .reshape(new Shape(turned))
        .flip(IntStream.range(2, rank).toArray());
  }
}
