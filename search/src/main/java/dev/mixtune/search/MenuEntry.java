package dev.mixtune.search;

import dev.mixtune.engine.Scheme;

/**
 * One scheme that a group of layers may take, with what it costs on one target.
 *
 * @param scheme how the group's layers are stored and computed
 * @param storedBytes bytes of the group's weights, scales, zero points and tables; at least 0
 * @param damage output error when this group alone takes the scheme (output KL or the like), at
 *     least 0; 0 for layers left as they are
 * @param latencyCostMillis additive prediction: what this choice adds to the latency of a common
 *     base plan, negative when it is faster
 */
public record MenuEntry(Scheme scheme, long storedBytes, double damage, double latencyCostMillis) {

  public MenuEntry {
    if (storedBytes < 0 || !(damage >= 0) || damage == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "menu entry " + scheme.id() + ": " + storedBytes + " bytes, damage " + damage);
    }
    if (!Double.isFinite(latencyCostMillis)) {
      throw new IllegalArgumentException(
          "menu entry " + scheme.id() + ": latency cost " + latencyCostMillis + " ms");
    }
  }

  /** Whether this entry is nowhere worse than the other one and somewhere better. */
  boolean dominates(MenuEntry other) {
    return noWorse(other)
        && (storedBytes < other.storedBytes
            || damage < other.damage
            || latencyCostMillis < other.latencyCostMillis);
  }

  /** Whether this entry is nowhere worse than the other one. */
  boolean noWorse(MenuEntry other) {
    return storedBytes <= other.storedBytes
        && damage <= other.damage
        && latencyCostMillis <= other.latencyCostMillis;
  }
}
