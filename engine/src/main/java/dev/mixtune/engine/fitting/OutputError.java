package dev.mixtune.engine.fitting;

import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * How far a rounded layer's answers are from the float layer's, measured on samples that rounding
 * did not see: mean squared difference over the variance of the float answers, summed over
 * channels. 0 is perfect, 1 as bad as answering the mean.
 */
final class OutputError {
  private final LayerWeights layer;
  private final Moments moments;
  private final double[][] hessians;
  private final double[][] crossed;
  private final double[] power;
  private final double variance;

  /**
   * @param layer the float layer
   * @param moments of held-back samples, with the wanted inputs' own
   */
  OutputError(LayerWeights layer, Moments moments, Parallel parallel) {
    this.layer = layer;
    this.moments = moments;
    int channels = layer.layout().channels();
    this.hessians = new double[moments.groups()][];
    this.crossed = new double[channels][];
    this.power = new double[channels];
    double[] variances = new double[channels];
    int perGroup = channels / moments.groups();
    parallel.forEach(
        moments.groups(),
        group -> {
          hessians[group] = moments.actualActual(group);
          double[] cross = moments.actualWanted(group);
          double[] wanted = moments.wantedWanted(group);
          for (int channel = group * perGroup; channel < (group + 1) * perGroup; channel++) {
            double[] weights = layer.channel(channel);
            crossed[channel] = product(cross, weights);
            power[channel] = dot(weights, product(wanted, weights));
            double mean = dot(weights, moments.wanted(group));
            variances[channel] = Math.max(0, power[channel] - mean * mean);
          }
        });
    this.variance = DoubleStream.of(variances).sum();
  }

  /**
   * The relative error of rounded weights.
   *
   * @param rounded in the layout of the float weights
   * @param bias the corrected bias, null where the layer has none
   */
  double of(float[] rounded, float @Nullable [] bias, Parallel parallel) {
    int channels = layer.layout().channels();
    double[] errors = new double[channels];
    parallel.forEach(channels, channel -> errors[channel] = error(channel, rounded, bias));
    double sum = DoubleStream.of(errors).sum();
    // A layer whose float answers never change is right when it answers the same.
    return variance > 0 ? sum / variance : sum;
  }

  private double error(int channel, float[] rounded, float @Nullable [] bias) {
    int group = channel / (layer.layout().channels() / moments.groups());
    double[] weights = layer.channel(rounded, channel);
    double squares =
        power[channel]
            - 2 * dot(weights, crossed[channel])
            + dot(weights, product(hessians[group], weights));
    double shift = 0;
    if (bias != null && layer.bias() != null) {
      shift = layer.bias()[channel] - (double) bias[channel];
    }
    double drift =
        dot(layer.channel(channel), moments.wanted(group)) - dot(weights, moments.actual(group));
    return Math.max(0, squares + 2 * shift * drift + shift * shift);
  }

  private static double[] product(double[] matrix, double[] vector) {
    int size = vector.length;
    double[] answer = new double[size];
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int j = 0; j < size; j++) {
        sum += matrix[i * size + j] * vector[j];
      }
      answer[i] = sum;
    }
    return answer;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
