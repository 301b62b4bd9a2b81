package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;

/**
 * How far the answers of two machines agree, sample by sample, on the first output.
 *
 * @param samples how many samples both answered
 * @param samePrediction how many have their largest value at the same place
 * @param identical how many are equal to the bit
 * @param meanDistance mean over samples of the length of the difference by the length of the answer
 * @param worstDistance the largest of these
 */
public record Agreement(
    int samples, int samePrediction, int identical, double meanDistance, double worstDistance) {

  /** Compares answers, of which there is at least one. */
  static Agreement of(List<Map<String, Tensor>> here, List<Map<String, Tensor>> there) {
    if (here.isEmpty() || here.size() != there.size()) {
      throw new IllegalArgumentException(
          here.size() + " answers here, " + there.size() + " there: nothing to compare");
    }
    int same = 0;
    int identical = 0;
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < here.size(); i++) {
      float[] mine = first(here.get(i));
      float[] theirs = first(there.get(i));
      if (mine.length != theirs.length) {
        throw new IllegalArgumentException(
            "sample " + i + ": " + mine.length + " values here, " + theirs.length + " there");
      }
      double distance = distance(mine, theirs);
      same += largest(mine) == largest(theirs) ? 1 : 0;
      identical += distance == 0 ? 1 : 0;
      sum += distance;
      worst = Math.max(worst, distance);
    }
    return new Agreement(here.size(), same, identical, sum / here.size(), worst);
  }

  private static float[] first(Map<String, Tensor> outputs) {
    if (outputs.values().iterator().next() instanceof Tensor.Floats floats) {
      return floats.values();
    }
    throw new IllegalArgumentException("the first output is no float tensor");
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double distance(float[] mine, float[] theirs) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < mine.length; i++) {
      double d = (double) mine[i] - theirs[i];
      difference += d * d;
      length += (double) mine[i] * mine[i];
    }
    return length == 0 ? Math.sqrt(difference) : Math.sqrt(difference / length);
  }
}
