package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.chain.KernelChain;
import dev.mixtune.engine.chain.Link;
import java.util.ArrayList;
import java.util.List;

/**
 * How large a chain is, known before it is built.
 *
 * @param macs multiply-accumulates of its layers
 * @param weights of its layers
 */
record Size(long macs, long weights) {

  static Size of(KernelChain chain) {
    long macs = 0;
    long weights = 0;
    List<long[]> shapes = new ArrayList<>();
    shapes.add(chain.inputShape().stream().mapToLong(Long::longValue).toArray());
    for (Link link : chain.links()) {
      long[] shape = shapes.get(shapes.size() - 1).clone();
      if (link instanceof Link.Convolution layer) {
        long each = shape[1] / layer.groups() * layer.kernel() * layer.kernel() * layer.outputs();
        shape[1] = layer.outputs();
        shape[2] = (shape[2] - 1) / layer.stride() + 1;
        shape[3] = (shape[3] - 1) / layer.stride() + 1;
        weights += each;
        macs += each * shape[2] * shape[3];
      } else if (link instanceof Link.Product layer) {
        long inputs = shape[shape.length - 1];
        shape[shape.length - 1] = layer.outputs();
        weights += inputs * layer.outputs();
        macs += inputs * elements(shape);
      } else if (link instanceof Link.Dense layer) {
        long inputs = elements(shape) / shape[0];
        shape = new long[] {shape[0], layer.outputs()};
        weights += inputs * layer.outputs();
        macs += inputs * elements(shape);
      } else if (link instanceof Link.Halving) {
        shape[2] /= 2;
        shape[3] /= 2;
      } else if (link instanceof Link.GlobalAverage) {
        shape[2] = 1;
        shape[3] = 1;
      } else if (link instanceof Link.Concatenation joined) {
        shape[1] += shapes.get(shapes.size() - 1 - joined.back())[1];
      }
      shapes.add(shape);
    }
    return new Size(macs, weights);
  }

  private static long elements(long[] shape) {
    long product = 1;
    for (long axis : shape) {
      product *= axis;
    }
    return product;
  }
}
