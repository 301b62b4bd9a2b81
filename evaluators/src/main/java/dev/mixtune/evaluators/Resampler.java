package dev.mixtune.evaluators;

/**
 * One axis of a bilinear resize with antialiasing: each output position is a weighted mean of input
 * positions, with a triangle as wide as the larger of one input and one output pixel. A crop is a
 * range of output positions.
 */
final class Resampler {
  private final int[] starts;
  private final float[][] weights;

  /**
   * @param in input length
   * @param out output length before the crop
   * @param cropStart first output position kept
   * @param cropLength number of output positions kept
   */
  Resampler(int in, int out, int cropStart, int cropLength) {
    starts = new int[cropLength];
    weights = new float[cropLength][];
    double scale = (double) in / out;
    double reach = Math.max(scale, 1);
    for (int i = 0; i < cropLength; i++) {
      double centre = (cropStart + i + 0.5) * scale;
      int start = (int) Math.max(0, Math.floor(centre - reach));
      int end = (int) Math.min(in, Math.ceil(centre + reach));
      double sum = 0;
      double[] raw = new double[end - start];
      for (int j = start; j < end; j++) {
        raw[j - start] = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach);
        sum += raw[j - start];
      }
      starts[i] = start;
      weights[i] = new float[raw.length];
      for (int j = 0; j < raw.length; j++) {
        weights[i][j] = (float) (raw[j] / sum);
      }
    }
  }

  int length() {
    return starts.length;
  }

  /**
   * The value at one output position.
   *
   * @param values input values
   * @param offset where input position 0 lies
   * @param stride distance of neighbouring input positions
   */
  float at(int position, float[] values, int offset, int stride) {
    float sum = 0;
    int index = offset + starts[position] * stride;
    for (float weight : weights[position]) {
      sum += weight * values[index];
      index += stride;
    }
    return sum;
  }
}
