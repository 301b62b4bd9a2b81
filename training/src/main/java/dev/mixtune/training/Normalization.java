package dev.mixtune.training;

/** Turns pixels into network input: {@code x = (pixel - mean) / std} in float. */
record Normalization(float mean, float std) {

  float apply(byte pixel) {
    return (Byte.toUnsignedInt(pixel) - mean) / std;
  }

  /** The images {@code from} to {@code to - 1}, [to - from, 1, height, width], row-major. */
  float[] batch(LabelledImages images, int from, int to) {
    int start = from * images.pixelsPerImage();
    float[] batch = new float[(to - from) * images.pixelsPerImage()];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = apply(images.pixels()[start + i]);
    }
    return batch;
  }
}
