package dev.mixtune.training;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A basic residual block: {@code relu(second(relu(first(x))) + shortcut(x))}.
 *
 * @param shortcut the 1 x 1 convolution of the shortcut, or null where the shortcut is the identity
 */
record ResidualUnit(
    String name,
    ConvolutionUnit first,
    ConvolutionUnit second,
    @Nullable ConvolutionUnit shortcut) {

  static ResidualUnit create(String name, int inputChannels, int outputChannels, int stride) {
    boolean sameShape = inputChannels == outputChannels && stride == 1;
    return new ResidualUnit(
        name,
        new ConvolutionUnit(name + ".conv1", inputChannels, outputChannels, 3, stride),
        new ConvolutionUnit(name + ".conv2", outputChannels, outputChannels, 3, 1),
        sameShape
            ? null
            : new ConvolutionUnit(name + ".shortcut", inputChannels, outputChannels, 1, stride));
  }

  Block block() {
    Block residual =
        new SequentialBlock().add(first.block()).add(Activation.reluBlock()).add(second.block());
    Block direct = shortcut == null ? Blocks.identityBlock() : shortcut.block();
    Block sum =
        new ParallelBlock(
            branches ->
                new NDList(
                    branches.get(0).singletonOrThrow().add(branches.get(1).singletonOrThrow())),
            List.of(residual, direct));
    return new SequentialBlock().add(sum).add(Activation.reluBlock());
  }

  /** Multiply-accumulates per image for a square input of {@code size}. */
  long macs(int size) {
    long branch = shortcut == null ? 0 : shortcut.macs(size);
    return branch + first.macs(size) + second.macs(outputSize(size));
  }

  int outputSize(int size) {
    return first.outputSize(size);
  }

  /** The convolutions in the order of computation. */
  Stream<ConvolutionUnit> convolutions() {
    return shortcut == null ? Stream.of(first, second) : Stream.of(first, second, shortcut);
  }
}
