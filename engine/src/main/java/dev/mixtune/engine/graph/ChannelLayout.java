package dev.mixtune.engine.graph;

import dev.mixtune.engine.Layer;
import java.util.List;

/**
 * Where the output channels of a weight tensor lie: element {@code (outer, channel, inner)} is at
 * {@code (outer * channels + channel) * inner + i}.
 *
 * @param outer product of the axes before the channel axis
 * @param channels length of the channel axis
 * @param inner product of the axes behind it
 * @param axis the channel axis
 */
public record ChannelLayout(int outer, int channels, int inner, int axis) {

  /** The layout of a weight of this shape whose output channels lie on {@code axis}. */
  public static ChannelLayout of(List<Long> shape, int axis) {
    int outer = 1;
    int inner = 1;
    for (int i = 0; i < shape.size(); i++) {
      int length = Math.toIntExact(shape.get(i));
      if (i < axis) {
        outer = Math.multiplyExact(outer, length);
      } else if (i > axis) {
        inner = Math.multiplyExact(inner, length);
      }
    }
    return new ChannelLayout(outer, Math.toIntExact(shape.get(axis)), inner, axis);
  }

  /** The layout of a layer's weight; {@code transposed} as Gemm's transB. */
  public static ChannelLayout of(Layer layer, boolean transposed) {
    int axis =
        switch (layer.kind()) {
          case CONV, DEPTHWISE_CONV, GROUPED_CONV, GATHER -> 0;
          case GEMM -> transposed ? 0 : 1;
          case CONV_TRANSPOSE -> 1;
          case MATMUL -> layer.weightShape().size() - 1;
        };
    return of(layer.weightShape(), axis);
  }

  /** Weights per channel. */
  public int perChannel() {
    return outer * inner;
  }

  /** Number of weights. */
  public int size() {
    return outer * channels * inner;
  }

  /** Position of the {@code k}-th weight of a channel, {@code 0 <= k < perChannel()}. */
  public int position(int channel, int k) {
    return ((k / inner) * channels + channel) * inner + k % inner;
  }
}
