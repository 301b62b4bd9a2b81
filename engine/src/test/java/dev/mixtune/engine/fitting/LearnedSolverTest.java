package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearnedSolverTest {

  private record Trial(double[] hessian, Quadratic quadratic, Channel channel) {
    static Trial of(int size, long seed) {
      Random random = new Random(seed);
      double[] hessian = Problems.hessian(size, random);
      double[] target = Problems.gaussian(size, random);
      return new Trial(
          hessian,
          Quadratic.of(size, hessian, new EjmlAlgebra()),
          new Channel(target, Problems.product(hessian, target)));
    }

    double error(int[] codes, double scale) {
      return Problems.error(hessian, Problems.values(codes, scale), channel.target());
    }
  }

  /** All ways to round seven weights up or down are tried. */
  @Test
  void whatGradientsLearnIsCloseToTheBestOfAllRoundings() {
    double learned = 0;
    double best = 0;
    double nearest = 0;
    for (long seed = 1; seed <= 20; seed++) {
      Trial trial = Trial.of(7, seed);
      double scale = 0.6; // wide enough for the grid to reach every target
      int[] codes =
          new LearnedSolver(trial.quadratic(), 4)
              .learned(List.of(trial.channel()), List.of(new ChannelSolution(new int[7], scale, 0)))
              .get(0);
      double least = Double.POSITIVE_INFINITY;
      int[] tried = new int[7];
      for (int mask = 0; mask < 128; mask++) {
        for (int i = 0; i < 7; i++) {
          tried[i] = (int) Math.floor(trial.channel().target()[i] / scale) + (mask >> i & 1);
        }
        least = Math.min(least, trial.error(tried, scale));
      }
      for (int i = 0; i < 7; i++) {
        tried[i] = (int) Math.rint(trial.channel().target()[i] / scale);
      }
      learned += trial.error(codes, scale);
      best += least;
      nearest += trial.error(tried, scale);
    }
    assertThat(learned).isLessThan(1.2 * best).isLessThan(0.75 * nearest);
  }

  @Test
  void noChannelGetsWorseThanWhatItCameWith() {
    int lower = 0;
    for (long seed = 1; seed <= 20; seed++) {
      Trial trial = Trial.of(32, seed);
      List<ChannelSolution> before =
          new UniformSolver(trial.quadratic(), 4).solve(List.of(trial.channel()));
      ChannelSolution after =
          new LearnedSolver(trial.quadratic(), 4)
              .solve(new ArrayList<>(List.of(trial.channel())), before)
              .get(0);
      double errorBefore = trial.error(before.get(0).codes(), before.get(0).scale());
      double errorAfter = trial.error(after.codes(), after.scale());
      assertThat(errorAfter).isLessThanOrEqualTo(errorBefore * (1 + 1e-9));
      assertThat(Arrays.stream(after.codes())).allMatch(code -> code >= -8 && code <= 7);
      lower += errorAfter < errorBefore ? 1 : 0;
    }
    assertThat(lower).isPositive();
  }
}
