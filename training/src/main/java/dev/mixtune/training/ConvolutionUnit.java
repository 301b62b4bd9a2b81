package dev.mixtune.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;

/**
 * A convolution without bias and the batch normalization behind it, which {@link #fold} merges into
 * one convolution with bias.
 */
final class ConvolutionUnit {
  private static final float EPSILON = 1e-5f;

  private final String name;
  private final int inputChannels;
  private final int outputChannels;
  private final int kernel;
  private final int stride;
  private final Conv2d convolution;
  private final BatchNorm normalization;
  private final Block block;

  /**
   * An odd square kernel with padding that keeps the resolution at stride 1.
   *
   * @param name readable path of the unit in the network, such as {@code stage2.block1.conv1}
   */
  ConvolutionUnit(String name, int inputChannels, int outputChannels, int kernel, int stride) {
    this.name = name;
    this.inputChannels = inputChannels;
    this.outputChannels = outputChannels;
    this.kernel = kernel;
    this.stride = stride;
    this.convolution =
        Conv2d.builder()
            .setFilters(outputChannels)
            .setKernelShape(new Shape(kernel, kernel))
            .optStride(new Shape(stride, stride))
            .optPadding(new Shape(padding(), padding()))
            .optBias(false)
            .build();
    this.normalization = BatchNorm.builder().optEpsilon(EPSILON).build();
    this.block = new SequentialBlock().add(convolution).add(normalization);
  }

  String name() {
    return name;
  }

  Block block() {
    return block;
  }

  int outputChannels() {
    return outputChannels;
  }

  private int padding() {
    return kernel / 2;
  }

  /** Height and width of the output for a square input of {@code size}. */
  int outputSize(int size) {
    return (size + 2 * padding() - kernel) / stride + 1;
  }

  /** Multiply-accumulates per image for a square input of {@code size}. */
  long macs(int size) {
    long outputs = (long) outputSize(size) * outputSize(size) * outputChannels;
    return outputs * inputChannels * kernel * kernel;
  }

  /**
   * This unit as one convolution, with the running statistics of the normalization folded in:
   * {@code w' = w g / sqrt(v + eps)} and {@code b' = beta - m g / sqrt(v + eps)} per output
   * channel.
   */
  FoldedConvolution fold() {
    float[] weight = Parameters.values(convolution, "weight");
    float[] gamma = Parameters.values(normalization, "gamma");
    float[] beta = Parameters.values(normalization, "beta");
    float[] mean = Parameters.values(normalization, "runningMean");
    float[] variance = Parameters.values(normalization, "runningVar");
    float[] bias = new float[outputChannels];
    int perChannel = weight.length / outputChannels;
    for (int channel = 0; channel < outputChannels; channel++) {
      double factor = gamma[channel] / Math.sqrt(variance[channel] + (double) EPSILON);
      for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
        weight[i] = (float) (weight[i] * factor);
      }
      bias[channel] = (float) (beta[channel] - mean[channel] * factor);
    }
    return new FoldedConvolution(
        name, outputChannels, inputChannels, kernel, stride, padding(), weight, bias);
  }
}
