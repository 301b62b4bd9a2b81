package dev.mixtune.training;

import java.util.Arrays;

/**
 * Grey images of one size with one class label each.
 *
 * @param height pixels per column
 * @param width pixels per row
 * @param pixels unsigned bytes 0..255 of shape [N, height, width], row-major
 * @param labels class indices, [N]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of data that is never compared
record LabelledImages(int height, int width, byte[] pixels, byte[] labels) {

  LabelledImages {
    if (pixels.length != labels.length * height * width) {
      throw new IllegalArgumentException(
          "%d pixels are not %d images of %d x %d"
              .formatted(pixels.length, labels.length, height, width));
    }
  }

  int count() {
    return labels.length;
  }

  int pixelsPerImage() {
    return height * width;
  }

  /** The first {@code count} images. */
  LabelledImages first(int count) {
    return new LabelledImages(
        height,
        width,
        Arrays.copyOf(pixels, count * pixelsPerImage()),
        Arrays.copyOf(labels, count));
  }
}
