package dev.mixtune.search;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Orders and thins lists so that what is cut off leaves a picture of the whole. */
final class Spread {

  private Spread() {}

  /** At most {@code count} members, at least 2, evenly spaced, the two ends among them. */
  static <T> List<T> thin(List<T> list, int count) {
    if (list.size() <= count) {
      return list;
    }
    List<T> thinned = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      thinned.add(list.get((int) (i * (list.size() - 1) / (count - 1))));
    }
    return thinned;
  }

  /** The same members, coarse to fine: the ends, the middle, the middles of the halves, ... */
  static <T> List<T> coarseToFine(List<T> list) {
    if (list.size() <= 2) {
      return list;
    }
    int last = list.size() - 1;
    List<T> ordered = new ArrayList<>(List.of(list.get(0), list.get(last)));
    Queue<int[]> gaps = new ArrayDeque<>();
    gaps.add(new int[] {0, last});
    while (!gaps.isEmpty()) {
      int[] gap = gaps.remove();
      int middle = (gap[0] + gap[1]) / 2;
      if (middle > gap[0]) {
        ordered.add(list.get(middle));
        gaps.add(new int[] {gap[0], middle});
        gaps.add(new int[] {middle, gap[1]});
      }
    }
    return ordered;
  }

  /** The first members of all lists, then the second ones, ... */
  static <T> List<T> interleave(List<List<T>> lists) {
    List<T> interleaved = new ArrayList<>();
    int longest = lists.stream().mapToInt(List::size).max().orElse(0);
    for (int i = 0; i < longest; i++) {
      for (List<T> list : lists) {
        if (i < list.size()) {
          interleaved.add(list.get(i));
        }
      }
    }
    return interleaved;
  }
}
