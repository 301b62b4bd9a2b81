package dev.mixtune.search;

import java.util.Map;
import java.util.TreeMap;

/** Pairs (x, y) of which none is nowhere better than another: y falls as x rises. */
final class Staircase {
  private final TreeMap<Long, Double> steps = new TreeMap<>();

  /** Adds the pair unless a pair is there already with no larger x and no larger y. */
  boolean addIfLower(long x, double y) {
    Map.Entry<Long, Double> before = steps.floorEntry(x);
    if (before != null && before.getValue() <= y) {
      return false;
    }
    Map.Entry<Long, Double> after = steps.ceilingEntry(x);
    while (after != null && after.getValue() >= y) {
      steps.remove(after.getKey());
      after = steps.higherEntry(after.getKey());
    }
    steps.put(x, y);
    return true;
  }
}
