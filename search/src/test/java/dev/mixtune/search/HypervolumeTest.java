package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HypervolumeTest {

  @Test
  void ofOnePointIsItsBox() {
    assertThat(Hypervolume.ofUnitBox(List.of(new double[] {0.25}), 1)).isEqualTo(0.75);
    assertThat(Hypervolume.ofUnitBox(List.of(new double[] {0.25, 0.5}), 2)).isEqualTo(0.375);
    assertThat(Hypervolume.ofUnitBox(List.of(new double[] {0.25, 0.5, 0.5}), 3)).isEqualTo(0.1875);
  }

  @Test
  void ofAStaircaseIsItsArea() {
    // Points (k/n, 1 - (k+1)/n): column k of width 1/n is (k+1)/n high, together (n+1)/(2n).
    int n = 50;
    List<double[]> steps = new ArrayList<>();
    for (int k = 0; k < n; k++) {
      steps.add(new double[] {k / (double) n, 1 - (k + 1) / (double) n});
    }
    assertThat(Hypervolume.ofUnitBox(steps, 2)).isCloseTo((n + 1) / (2.0 * n), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void agreesWithInclusionExclusion(int axes) {
    Random random = new Random(axes);
    for (int trial = 0; trial < 100; trial++) {
      List<double[]> points = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(9); i++) {
        // Coarse values make ties; values of 1 and more lie on or beyond the reference.
        points.add(random.doubles(axes, 0, 1.3).map(v -> Math.round(v * 8) / 8.0).toArray());
      }
      assertThat(Hypervolume.ofUnitBox(points, axes))
          .isCloseTo(inclusionExclusion(points, axes), within(1e-12));
    }
  }

  /** The volume of a union of boxes: sum over all subsets of the boxes they share. */
  private static double inclusionExclusion(List<double[]> points, int axes) {
    double volume = 0;
    for (int subset = 1; subset < 1 << points.size(); subset++) {
      double shared = 1;
      for (int axis = 0; axis < axes; axis++) {
        double corner = 0;
        for (int i = 0; i < points.size(); i++) {
          if ((subset >> i & 1) == 1) {
            corner = Math.max(corner, points.get(i)[axis]);
          }
        }
        shared *= Math.max(0, 1 - corner);
      }
      volume += Integer.bitCount(subset) % 2 == 1 ? shared : -shared;
    }
    return volume;
  }

  @Test
  void isAShareOfTheReferenceBox() {
    ReferencePoint reference = new ReferencePoint(0.1, 2, 1000);
    List<Evaluation> evaluations =
        List.of(
            Toys.scored(Toys.plan(0), 0.05, 1, 250),
            Toys.scored(Toys.plan(1), 0.2, 0.1, 1),
            Evaluation.failed(Toys.plan(2), "", "crashed"));
    assertThat(Hypervolume.of(evaluations, Objective.USUAL, reference))
        .isCloseTo(0.5 * 0.5 * 0.75, within(1e-12));
    assertThat(Hypervolume.of(evaluations, List.of(Objective.LATENCY, Objective.SIZE), reference))
        .isCloseTo(0.95 * 0.999, within(1e-12));
  }

  @Test
  void betterThanFloatCountsAsFloat() {
    ReferencePoint reference = new ReferencePoint(0.1, 1, 1000);
    Evaluation better = Toys.scored(Toys.plan(0), -0.05, 0.5, 500);
    assertThat(Hypervolume.of(List.of(better), Objective.USUAL, reference))
        .isCloseTo(0.25, within(1e-12));
    assertThat(Hypervolume.of(List.of(), Objective.USUAL, reference)).isZero();
  }
}
