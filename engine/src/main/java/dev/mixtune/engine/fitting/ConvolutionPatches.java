package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;

/**
 * Patches of a convolution along one or two axes (im2col), in the order of the weight's axes after
 * the first.
 */
record ConvolutionPatches(ConvolutionGeometry geometry) implements PatchReader {

  @Override
  public int groups() {
    return geometry.groups();
  }

  @Override
  public int size() {
    return geometry.channels() * geometry.rows().kernel() * geometry.columns().kernel();
  }

  @Override
  public int positions(long[] inputShape) {
    return geometry.rows().output() * geometry.columns().output();
  }

  @Override
  public int samples(long[] inputShape) {
    return Math.toIntExact(inputShape[0]);
  }

  @Override
  public void read(
      Tensor.Floats input, int sample, int position, CrossProducts.Rows into, int column) {
    int width = (int) input.shape()[input.shape().length - 1];
    int height = input.shape().length == 4 ? (int) input.shape()[2] : 1;
    int channels = geometry.groups() * geometry.channels();
    int top = position / geometry.columns().output();
    int left = position % geometry.columns().output();
    int write = column;
    for (int channel = 0; channel < channels; channel++) {
      int plane = (sample * channels + channel) * height * width;
      for (int i = 0; i < geometry.rows().kernel(); i++) {
        int y = geometry.rows().input(top, i);
        for (int j = 0; j < geometry.columns().kernel(); j++) {
          int x = geometry.columns().input(left, j);
          boolean inside = y >= 0 && y < height && x >= 0 && x < width;
          into.values()[write] = inside ? input.values()[plane + y * width + x] : 0;
          write += into.rows();
        }
      }
    }
  }
}
