package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Which samples of the source are scored when: ascending positions, no position in both.
 *
 * @param search scored during the search
 * @param holdout only certifies
 */
public record Splits(List<Integer> search, List<Integer> holdout) {

  public Splits {
    search = List.copyOf(search);
    holdout = List.copyOf(holdout);
    if (search.isEmpty() || holdout.isEmpty()) {
      throw new IllegalArgumentException(
          "search has " + search.size() + " samples, holdout " + holdout.size());
    }
  }

  /**
   * Draws both splits.
   *
   * @param available positions to draw from
   * @param fractions shares of {@code available}, rounded to whole samples
   * @param random draws
   * @throws UserException when a split would be empty
   */
  static Splits draw(int[] available, Task.Fractions fractions, Random random) {
    int search = (int) Math.round(fractions.search() * available.length);
    double both = fractions.search() + fractions.holdout();
    int end = (int) Math.min(available.length, Math.round(both * available.length));
    if (search < 1 || end <= search) {
      throw new UserException(
          "splits: of "
              + available.length
              + " samples, search "
              + fractions.search()
              + " gets "
              + search
              + " and holdout "
              + fractions.holdout()
              + " gets "
              + Math.max(0, end - search),
          "Each split needs at least one sample, and hundreds to say anything: add samples or lower"
              + " calibration.samples");
    }
    int[] order = Draw.shuffled(available, random);
    return new Splits(ascending(order, 0, search), ascending(order, search, end));
  }

  private static List<Integer> ascending(int[] order, int from, int to) {
    return Arrays.stream(order, from, to).sorted().boxed().toList();
  }
}
