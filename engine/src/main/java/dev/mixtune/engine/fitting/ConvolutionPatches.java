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
    return geometry.rows().output(height(inputShape))
        * geometry.columns().output(width(inputShape));
  }

  private static int height(long[] inputShape) {
    return inputShape.length == 4 ? Math.toIntExact(inputShape[2]) : 1;
  }

  private static int width(long[] inputShape) {
    return Math.toIntExact(inputShape[inputShape.length - 1]);
  }

  @Override
  public int samples(long[] inputShape) {
    return Math.toIntExact(inputShape[0]);
  }

  @Override
  public void read(
      Tensor.Floats input, int sample, int position, CrossProducts.Rows into, int column) {
    int width = width(input.shape());
    int height = height(input.shape());
    int channels = geometry.groups() * geometry.channels();
    int top = position / geometry.columns().output(width);
    int left = position % geometry.columns().output(width);
    int above = geometry.rows().begin(height);
    int before = geometry.columns().begin(width);
    int write = column;
    for (int channel = 0; channel < channels; channel++) {
      int plane = (sample * channels + channel) * height * width;
      for (int i = 0; i < geometry.rows().kernel(); i++) {
        int y = geometry.rows().input(top, i, above);
        for (int j = 0; j < geometry.columns().kernel(); j++) {
          int x = geometry.columns().input(left, j, before);
          boolean inside = y >= 0 && y < height && x >= 0 && x < width;
          into.values()[write] = inside ? input.values()[plane + y * width + x] : 0;
          write += into.rows();
        }
      }
    }
  }
}
