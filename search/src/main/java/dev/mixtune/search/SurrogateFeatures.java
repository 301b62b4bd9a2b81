package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The columns of a surrogate: an intercept, the total of what was known of single choices
 * beforehand, for each choice its deviation from that, and pairs.
 *
 * <p>Deviations are scaled by what they deviate from, so that the penalty reads "a few per cent
 * more or less" rather than "a little more or less". A pair's column is {@code sqrt(m_a m_b)}: the
 * cross term of a quadratic loss whose own terms are {@code m_a} and {@code m_b} (CLADO,
 * arXiv:2307.05657).
 */
final class SurrogateFeatures {
  private static final double LEAST_SHARE = 0.1;

  private final double[][] prior;
  private final double[][] scale;
  private final int[][] column;
  private final List<int[]> pairs;
  private final int mainColumns;

  /**
   * @param prior {@code [menu][entry]}, what each entry is believed to add, any unit
   * @param pairs menus with a pair column each
   */
  SurrogateFeatures(double[][] prior, List<int[]> pairs) {
    this.prior = new double[prior.length][];
    this.scale = new double[prior.length][];
    this.column = new int[prior.length][];
    this.pairs = List.copyOf(pairs);
    double total = 0;
    int free = 0;
    for (double[] menu : prior) {
      for (int i = 1; i < menu.length; i++) {
        total += Math.abs(menu[i] - menu[0]);
        free++;
      }
    }
    double mean = total > 0 ? total / free : 1;
    int next = 2;
    for (int m = 0; m < prior.length; m++) {
      this.prior[m] = new double[prior[m].length];
      scale[m] = new double[prior[m].length];
      column[m] = new int[prior[m].length];
      for (int i = 1; i < prior[m].length; i++) {
        this.prior[m][i] = (prior[m][i] - prior[m][0]) / (mean * Math.max(1, free));
        scale[m][i] = (Math.abs(this.prior[m][i]) + LEAST_SHARE / Math.max(1, free));
        column[m][i] = next++;
      }
    }
    this.mainColumns = next;
  }

  /** The same choices with other pairs. */
  SurrogateFeatures withPairs(List<int[]> wanted) {
    return new SurrogateFeatures(prior, wanted);
  }

  int columns() {
    return mainColumns + pairs.size();
  }

  int mainColumns() {
    return mainColumns;
  }

  List<int[]> pairs() {
    return pairs;
  }

  RidgeFit.Row row(int[] options) {
    int most = 2 + options.length + pairs.size();
    int[] columns = new int[most];
    double[] values = new double[most];
    values[0] = 1;
    columns[1] = 1;
    int size = 2;
    for (int m = 0; m < options.length; m++) {
      if (options[m] > 0) {
        values[1] += prior[m][options[m]];
        columns[size] = column[m][options[m]];
        values[size++] = scale[m][options[m]];
      }
    }
    for (int p = 0; p < pairs.size(); p++) {
      double value = pairValue(pairs.get(p)[0], pairs.get(p)[1], options);
      if (value != 0) {
        columns[size] = mainColumns + p;
        values[size++] = value;
      }
    }
    return new RidgeFit.Row(Arrays.copyOf(columns, size), Arrays.copyOf(values, size));
  }

  /** What a pair's column holds for this plan. */
  double pairValue(int a, int b, int[] options) {
    return Math.sqrt(scale[a][options[a]] * scale[b][options[b]]);
  }

  /** The sum of what each entry adds, pairs left out. */
  double[][] mains(double[] coefficients) {
    double[][] mains = new double[prior.length][];
    for (int m = 0; m < mains.length; m++) {
      mains[m] = new double[prior[m].length];
      for (int i = 1; i < mains[m].length; i++) {
        mains[m][i] = coefficients[1] * prior[m][i] + coefficients[column[m][i]] * scale[m][i];
      }
    }
    return mains;
  }

  double deviation(RidgeFit fit, int menu, int entry) {
    return scale[menu][entry] * Math.sqrt(fit.spread(column[menu][entry]));
  }

  /** All pairs of neighbouring menus. */
  List<int[]> neighbours() {
    List<int[]> neighbours = new ArrayList<>();
    for (int m = 0; m + 1 < prior.length; m++) {
      neighbours.add(new int[] {m, m + 1});
    }
    return neighbours;
  }
}
