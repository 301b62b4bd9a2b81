package dev.mixtune.engine.fitting;

import java.util.Arrays;
import java.util.List;
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
    double[][] crossings = new double[moments.groups()][];
    double[][] wanted = new double[moments.groups()][];
    parallel.forEach(
        moments.groups(),
        group -> {
          hessians[group] = moments.actualActual(group);
          crossings[group] = Vectors.transposed(moments.actualWanted(group), moments.size());
          wanted[group] = moments.wantedWanted(group);
        });
    List<int[]> tiles = ChannelTiles.of(channels, moments.groups());
    parallel.forEach(
        tiles.size(),
        tile -> {
          int[] taken = tiles.get(tile);
          int group = group(taken[0]);
          double[][] weights = new double[taken.length][];
          Arrays.setAll(weights, i -> layer.channel(taken[i]));
          double[][] crossedRows = products(crossings[group], weights);
          double[][] wantedRows = products(wanted[group], weights);
          for (int i = 0; i < taken.length; i++) {
            crossed[taken[i]] = crossedRows[i];
            power[taken[i]] = dot(weights[i], wantedRows[i]);
            double mean = dot(weights[i], moments.wanted(group));
            variances[taken[i]] = Math.max(0, power[taken[i]] - mean * mean);
          }
        });
    this.variance = DoubleStream.of(variances).sum();
  }

  /**
   * The relative error of rounded weights.
   *
   * @param rounded in the layout of the float weights
   * @param bias the corrected bias, null where the layer has none
   * @param tiles the channels that count; the error is that of the layer when all of them do
   */
  double of(float[] rounded, float @Nullable [] bias, List<int[]> tiles, Parallel parallel) {
    double[] errors = new double[layer.layout().channels()];
    parallel.forEach(
        tiles.size(),
        tile -> {
          int[] channels = tiles.get(tile);
          double[][] weights = new double[channels.length][];
          Arrays.setAll(weights, i -> layer.channel(rounded, channels[i]));
          double[][] products = products(hessians[group(channels[0])], weights);
          for (int i = 0; i < weights.length; i++) {
            errors[channels[i]] = error(channels[i], weights[i], products[i], bias);
          }
        });
    double sum = DoubleStream.of(errors).sum();
    // A layer whose float answers never change is right when it answers the same.
    return variance > 0 ? sum / variance : sum;
  }

  private int group(int channel) {
    return channel / (layer.layout().channels() / moments.groups());
  }

  private double error(int channel, double[] weights, double[] product, float @Nullable [] bias) {
    double squares = power[channel] - 2 * dot(weights, crossed[channel]) + dot(weights, product);
    double shift = 0;
    if (bias != null && layer.bias() != null) {
      shift = layer.bias()[channel] - (double) bias[channel];
    }
    int group = group(channel);
    double drift =
        dot(layer.channel(channel), moments.wanted(group)) - dot(weights, moments.actual(group));
    return Math.max(0, squares + 2 * shift * drift + shift * shift);
  }

  /** {@code M^T w} of several channels, each row of M read once. */
  private static double[][] products(double[] matrix, double[][] weights) {
    int size = weights[0].length;
    double[][] answers = new double[weights.length][size];
    for (int j = 0; j < size; j++) {
      for (int channel = 0; channel < weights.length; channel++) {
        Vectors.addScaled(weights[channel][j], matrix, j * size, answers[channel], 0, size);
      }
    }
    return answers;
  }

  private static double dot(double[] left, double[] right) {
    return Vectors.dot(left, 0, right, 0, left.length);
  }
}
