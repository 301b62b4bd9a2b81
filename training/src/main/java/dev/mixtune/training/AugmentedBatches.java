package dev.mixtune.training;

import java.util.Iterator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * One epoch after the other of shuffled training images, each flipped left to right with
 * probability one half and shifted by up to {@value #MAX_SHIFT} pixels either way, black pixels
 * moving in.
 */
final class AugmentedBatches {
  private static final int MAX_SHIFT = 2;

  private final LabelledImages images;
  private final Normalization normalization;
  private final int batchSize;
  private final RandomGenerator random;
  private final int[] order;

  AugmentedBatches(
      LabelledImages images, Normalization normalization, int batchSize, RandomGenerator random) {
    this.images = images;
    this.normalization = normalization;
    this.batchSize = batchSize;
    this.random = random;
    this.order = IntStream.range(0, images.count()).toArray();
  }

  /** Whole batches per epoch; the images left over sit this epoch out. */
  int batchesPerEpoch() {
    return images.count() / batchSize;
  }

  /** Shuffles the images and returns the batches of one epoch, each made when it is asked for. */
  Iterator<Batch> epoch() {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return IntStream.range(0, batchesPerEpoch()).mapToObj(this::batch).iterator();
  }

  private Batch batch(int index) {
    float[] input = new float[batchSize * images.pixelsPerImage()];
    long[] labels = new long[batchSize];
    for (int i = 0; i < batchSize; i++) {
      int image = order[index * batchSize + i];
      labels[i] = images.labels()[image];
      augment(image, input, i * images.pixelsPerImage());
    }
    return new Batch(input, labels);
  }

  private void augment(int image, float[] target, int targetStart) {
    boolean flip = random.nextBoolean();
    int down = random.nextInt(-MAX_SHIFT, MAX_SHIFT + 1);
    int right = random.nextInt(-MAX_SHIFT, MAX_SHIFT + 1);
    int start = image * images.pixelsPerImage();
    float black = normalization.apply((byte) 0);
    for (int y = 0; y < images.height(); y++) {
      int sourceY = y - down;
      for (int x = 0; x < images.width(); x++) {
        int sourceX = (flip ? images.width() - 1 - x : x) - right;
        boolean inside =
            sourceY >= 0 && sourceY < images.height() && sourceX >= 0 && sourceX < images.width();
        target[targetStart + y * images.width() + x] =
            inside
                ? normalization.apply(images.pixels()[start + sourceY * images.width() + sourceX])
                : black;
      }
    }
  }
}
