package dev.mixtune.search.table;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the damages of single layers make up the damage of a plan. */
public enum Link {
  /** {@code sum(d)}. */
  SUM,
  /** {@code 1 - prod(1 - d)}: damage saturates at 1. */
  SATURATING;

  /** Starts a combination: the damage of no parts at all, in {@link #add}'s scale. */
  double none() {
    return this == SUM ? 0 : 1;
  }

  /** Adds one part's damage to a combination. */
  double add(double combined, double damage) {
    return this == SUM ? combined + damage : combined * (1 - damage);
  }

  /** The damage that a combination stands for. */
  double damage(double combined) {
    return this == SUM ? combined : 1 - combined;
  }

  /** The name in instance files, such as {@code sum}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The link of that name. */
  public static Optional<Link> ofId(String id) {
    return Arrays.stream(values()).filter(link -> link.id().equals(id)).findFirst();
  }
}
