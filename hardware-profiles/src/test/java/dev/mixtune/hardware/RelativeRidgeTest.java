package dev.mixtune.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RelativeRidgeTest {
  private static final int COLUMNS = 7;

  private static List<SparseRow> rows(int count, long seed) {
    Random random = new Random(seed);
    List<SparseRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TreeMap<Integer, Double> values = new TreeMap<>();
      values.put(0, 1.0);
      for (int c = 1; c < COLUMNS; c++) {
        if (random.nextBoolean()) {
          values.put(c, 1 + random.nextDouble());
        }
      }
      rows.add(SparseRow.of(values));
    }
    return rows;
  }

  private static double[] targets(int count) {
    return new Random(5).doubles(count, 0.4, 1.6).toArray();
  }

  private static double[] penalties() {
    double[] penalties = new double[COLUMNS];
    Arrays.setAll(penalties, c -> 0.01 * (c + 1));
    return penalties;
  }

  /** Gradient descent on the sum that the class promises to make least. */
  private static double[] descended(List<SparseRow> rows, double[] targets, double[] penalties) {
    double[] b = new double[COLUMNS];
    int n = targets.length;
    for (int step = 0; step < 60_000; step++) {
      double[] gradient = new double[COLUMNS];
      for (int i = 0; i < n; i++) {
        double missed = (rows.get(i).times(b) - targets[i]) / (targets[i] * targets[i] * n);
        for (int k = 0; k < rows.get(i).columns().length; k++) {
          gradient[rows.get(i).columns()[k]] += missed * rows.get(i).values()[k];
        }
      }
      for (int c = 0; c < COLUMNS; c++) {
        b[c] -= 0.02 * (gradient[c] + penalties[c] * b[c]);
      }
    }
    return b;
  }

  @Test
  void makesPenalisedRelativeErrorsLeast() {
    List<SparseRow> rows = rows(20, 1);
    double[] targets = targets(20);

    double[] found = new RelativeRidge(rows, targets, COLUMNS).fit(penalties()).coefficients();

    assertArrayEquals(descended(rows, targets, penalties()), found, 1e-6);
  }

  @Test
  void bothWaysOfSolvingAgree() {
    RelativeRidge ridge = new RelativeRidge(rows(9, 2), targets(9), COLUMNS);

    RelativeRidge.Fit columns = ridge.overColumns(penalties());
    RelativeRidge.Fit rows = ridge.overRows(penalties());

    assertArrayEquals(columns.coefficients(), rows.coefficients(), 1e-9);
    assertArrayEquals(columns.leftOut(), rows.leftOut(), 1e-9);
    assertEquals(columns.leftOutError(), rows.leftOutError(), 1e-9);
  }

  @Test
  void leftOutPredictionsAreThoseOfFitsWithoutTheRow() {
    int n = 12;
    List<SparseRow> rows = rows(n, 3);
    double[] targets = targets(n);
    double[] leftOut = new RelativeRidge(rows, targets, COLUMNS).fit(penalties()).leftOut();

    for (int i = 0; i < n; i++) {
      List<SparseRow> others = new ArrayList<>(rows);
      others.remove(i);
      double[] rest = new double[n - 1];
      for (int j = 0; j < rest.length; j++) {
        rest[j] = targets[j < i ? j : j + 1];
      }
      // The mean is over one row fewer, so the penalties weigh that much more.
      double[] penalties = Arrays.stream(penalties()).map(p -> p * n / (n - 1)).toArray();
      double[] without = new RelativeRidge(others, rest, COLUMNS).fit(penalties).coefficients();
      assertEquals(rows.get(i).times(without), leftOut[i], 1e-9);
    }
  }
}
