package dev.mixtune.engine;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Layers as nested loops in double precision. */
public final class NaiveLayers {
  private NaiveLayers() {}

  /** Strides, dilations {@code [h, w]} and pads {@code [top, left, bottom, right]}. */
  public record Window(int[] strides, int[] dilations, int[] pads, int groups) {
    public static Window plain() {
      return new Window(new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1, 1, 1}, 1);
    }

    public Window strides(int h, int w) {
      return new Window(new int[] {h, w}, dilations, pads, groups);
    }

    public Window dilations(int h, int w) {
      return new Window(strides, new int[] {h, w}, pads, groups);
    }

    public Window pads(int top, int left, int bottom, int right) {
      return new Window(strides, dilations, new int[] {top, left, bottom, right}, groups);
    }

    public Window groups(int count) {
      return new Window(strides, dilations, pads, count);
    }
  }

  /**
   * Convolution of {@code x [n, c, h, w]} with {@code weight [out, c / groups, kh, kw]}.
   *
   * @param bias one per output channel, or empty
   */
  public static double[] conv(
      float[] x, long[] shape, float[] weight, long[] weightShape, float[] bias, Window window) {
    int n = (int) shape[0];
    int c = (int) shape[1];
    int h = (int) shape[2];
    int w = (int) shape[3];
    int out = (int) weightShape[0];
    int in = (int) weightShape[1];
    int kh = (int) weightShape[2];
    int kw = (int) weightShape[3];
    int[] pads = window.pads();
    int[] dilations = window.dilations();
    int[] strides = window.strides();
    int oh = (h + pads[0] + pads[2] - dilations[0] * (kh - 1) - 1) / strides[0] + 1;
    int ow = (w + pads[1] + pads[3] - dilations[1] * (kw - 1) - 1) / strides[1] + 1;
    double[] y = new double[n * out * oh * ow];
    int at = 0;
    for (int sample = 0; sample < n; sample++) {
      for (int o = 0; o < out; o++) {
        int firstInput = o / (out / window.groups()) * in;
        for (int row = 0; row < oh; row++) {
          for (int column = 0; column < ow; column++) {
            double sum = bias.length == 0 ? 0 : bias[o];
            for (int i = 0; i < in; i++) {
              for (int a = 0; a < kh; a++) {
                for (int b = 0; b < kw; b++) {
                  int r = row * strides[0] - pads[0] + a * dilations[0];
                  int s = column * strides[1] - pads[1] + b * dilations[1];
                  if (r >= 0 && r < h && s >= 0 && s < w) {
                    sum +=
                        (double) x[((sample * c + firstInput + i) * h + r) * w + s]
                            * weight[((o * in + i) * kh + a) * kw + b];
                  }
                }
              }
            }
            y[at++] = sum;
          }
        }
      }
    }
    return y;
  }

  /**
   * Transposed convolution of {@code x [n, c, h, w]}: every input value adds its kernel to the
   * output.
   *
   * @param shape {@code [in, out / groups, side of the square kernel]}
   */
  public static double[] convTranspose(
      float[] x,
      long[] inputShape,
      float[] weight,
      int[] shape,
      float[] bias,
      int stride,
      int pad,
      int groups) {
    int n = (int) inputShape[0];
    int h = (int) inputShape[2];
    int w = (int) inputShape[3];
    int k = shape[2];
    int out = shape[1] * groups;
    int oh = (h - 1) * stride + k - 2 * pad;
    int ow = (w - 1) * stride + k - 2 * pad;
    double[] y = new double[n * out * oh * ow];
    for (int i = 0; i < y.length; i++) {
      y[i] = bias[i / (oh * ow) % out];
    }
    for (int at = 0; at < x.length; at++) {
      int column = at % w;
      int row = at / w % h;
      int channel = at / (w * h) % shape[0];
      int sample = at / (w * h * shape[0]);
      int firstOutput = channel / (shape[0] / groups) * shape[1];
      for (int o = 0; o < shape[1]; o++) {
        for (int a = 0; a < k; a++) {
          for (int b = 0; b < k; b++) {
            int r = row * stride + a - pad;
            int s = column * stride + b - pad;
            if (r >= 0 && r < oh && s >= 0 && s < ow) {
              y[((sample * out + firstOutput + o) * oh + r) * ow + s] +=
                  (double) x[at] * weight[((channel * shape[1] + o) * k + a) * k + b];
            }
          }
        }
      }
    }
    return y;
  }

  /** {@code x [rows, inputs]} times {@code weight [inputs, outputs]}, plus a bias if not empty. */
  public static double[] matmul(float[] x, float[] weight, int inputs, int outputs, float[] bias) {
    int rows = x.length / inputs;
    double[] y = new double[rows * outputs];
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < outputs; o++) {
        double sum = bias.length == 0 ? 0 : bias[bias.length == 1 ? 0 : o];
        for (int i = 0; i < inputs; i++) {
          sum += (double) x[row * inputs + i] * weight[i * outputs + o];
        }
        y[row * outputs + o] = sum;
      }
    }
    return y;
  }

  /** {@code [rows, columns]} to {@code [columns, rows]}. */
  public static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = values[row * columns + column];
      }
    }
    return result;
  }

  public static double least(float[] values) {
    return values.length == 0 ? 0 : toDoubles(values).min().orElseThrow();
  }

  public static double most(float[] values) {
    return values.length == 0 ? 0 : toDoubles(values).max().orElseThrow();
  }

  private static DoubleStream toDoubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
  }
}
