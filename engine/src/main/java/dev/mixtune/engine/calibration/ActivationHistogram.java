package dev.mixtune.engine.calibration;

/**
 * Distribution of one tensor's values, filled as they stream by; its memory does not grow.
 *
 * <p>Bins cover {@code [-reach, reach)} evenly. A value beyond doubles the reach by merging
 * neighbouring bins, so that at least a quarter of all bins lie between 0 and the largest
 * magnitude. The reach is a power of two that depends on that magnitude only, so neither the order
 * of the values nor their division into batches matters.
 */
public final class ActivationHistogram {
  private static final int BINS = 8192;
  private static final int HALF = BINS / 2;
  private static final int CODES = 256;

  private final long[] counts = new long[BINS];
  private double reach;
  private float minimum = Float.POSITIVE_INFINITY;
  private float maximum = Float.NEGATIVE_INFINITY;
  private long samples;
  private long zeros;
  private long notFinite;

  /** Adds all values. NaN and infinities are counted apart. */
  void add(float[] values) {
    for (float value : values) {
      if (Float.isFinite(value)) {
        minimum = Math.min(minimum, value);
        maximum = Math.max(maximum, value);
        add(value);
      } else {
        notFinite++;
      }
    }
  }

  private void add(float value) {
    samples++;
    if (value == 0) {
      zeros++;
      return;
    }
    double magnitude = Math.abs((double) value);
    if (magnitude >= reach) {
      extend(magnitude);
    }
    int bin = (int) Math.floor(value / reach * HALF) + HALF;
    counts[Math.min(BINS - 1, Math.max(0, bin))]++;
  }

  private void extend(double magnitude) {
    if (reach == 0) {
      reach = Math.scalb(1.0, Math.getExponent(magnitude) + 1);
      return;
    }
    while (magnitude >= reach) {
      for (int i = 0; i < HALF / 2; i++) {
        int up = HALF + i;
        int down = HALF - 1 - i;
        counts[up] = counts[HALF + 2 * i] + counts[HALF + 2 * i + 1];
        counts[down] = counts[HALF - 1 - 2 * i] + counts[HALF - 2 - 2 * i];
      }
      for (int i = HALF / 2; i < HALF; i++) {
        counts[HALF + i] = 0;
        counts[HALF - 1 - i] = 0;
      }
      reach *= 2;
    }
  }

  /** Smallest value seen, 0 when none. */
  public float minimum() {
    return samples == 0 ? 0 : minimum;
  }

  /** Largest value seen, 0 when none. */
  public float maximum() {
    return samples == 0 ? 0 : maximum;
  }

  /** Number of finite values seen. */
  public long samples() {
    return samples;
  }

  /** Number of NaN and infinite values seen. */
  public long notFinite() {
    return notFinite;
  }

  /** Number of values seen that are exactly 0, which every grid holds without error. */
  public long zeros() {
    return zeros;
  }

  /** Upper end of the last bin: a power of two above all magnitudes, 0 when only zeros came. */
  double reach() {
    return reach;
  }

  /** Number of values other than 0 in each of the bins, which cover {@code [-reach, reach)}. */
  long[] counts() {
    return counts.clone();
  }

  /**
   * Expected squared error per value of an 8-bit grid over a range: what the range cuts off, plus
   * {@code step^2 / 12} for what it rounds. Zeros are exact.
   *
   * @param low lower end of the grid
   * @param high upper end of the grid
   */
  double squaredError(double low, double high) {
    if (samples == 0) {
      return 0;
    }
    double step = (high - low) / 255;
    double inside = step * step / 12;
    double sum = 0;
    double width = reach / HALF;
    for (int bin = 0; bin < BINS; bin++) {
      if (counts[bin] == 0) {
        continue;
      }
      double centre = (bin - HALF + 0.5) * width;
      double cut = Math.max(0, Math.max(centre - high, low - centre));
      sum += counts[bin] * (cut > 0 ? cut * cut : inside);
    }
    return sum / samples;
  }

  /**
   * The value below which a share of all values lies, to within a bin, and within what was seen.
   *
   * @param share 0..1
   */
  double quantile(double share) {
    long wanted = (long) Math.ceil(share * samples);
    long seen = 0;
    double width = reach / HALF;
    for (int bin = 0; bin < BINS; bin++) {
      seen += counts[bin];
      if (seen >= wanted && seen > 0) {
        double end = (share < 0.5 ? bin - HALF : bin - HALF + 1) * width;
        return Math.max(minimum(), Math.min(maximum(), end));
      }
    }
    return maximum();
  }

  /**
   * Kullback-Leibler divergence of the values on 256 codes over a range from the values themselves.
   * What the range cuts off counts at its ends; within a code all values that occur are taken as
   * equally frequent. The bin at zero does not count: activations are full of exact zeros, which
   * every range holds.
   *
   * @param low lower end of the range, at most 0
   * @param high upper end, at least 0
   * @return at least 0; infinite for a range that holds nothing but zeros
   */
  double divergence(double low, double high) {
    double width = reach / HALF;
    int first = Math.max(0, (int) Math.floor(low / width) + HALF);
    int last = Math.min(BINS - 1, (int) Math.ceil(high / width) + HALF - 1);
    if (!(high > low) || last < first) {
      return Double.POSITIVE_INFINITY;
    }
    double[] kept = new double[last - first + 1];
    double[] mass = new double[CODES];
    int[] occupied = new int[CODES];
    long zeros = counts[HALF];
    for (int bin = 0; bin < BINS; bin++) {
      if (bin == HALF) {
        continue;
      }
      int at = Math.max(first, Math.min(last, bin)) - first;
      kept[at] += counts[bin];
      if (bin == at + first) {
        mass[code(at, kept.length)] += counts[bin];
      }
    }
    for (int at = 0; at < kept.length; at++) {
      occupied[code(at, kept.length)] += kept[at] > 0 ? 1 : 0;
    }
    double inside = 0;
    for (double codeMass : mass) {
      inside += codeMass;
    }
    if (!(inside > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    double divergence = 0;
    for (int at = 0; at < kept.length; at++) {
      if (kept[at] > 0) {
        int code = code(at, kept.length);
        double share = kept[at] / (samples - zeros);
        // A bin that only holds what was cut off has no mass of its own: count it as one value.
        double quantized = Math.max(1, mass[code]) / occupied[code] / inside;
        divergence += share * Math.log(share / quantized);
      }
    }
    return Math.max(0, divergence);
  }

  private static int code(int bin, int bins) {
    return (int) ((long) bin * CODES / bins);
  }
}
