package dev.mixtune.search;

import java.util.Arrays;
import java.util.Locale;

/** Whose rounded weights an evaluation ran. One plan can be evaluated with each of them. */
public enum Rounding {
  /** The library's, rounded once for all plans. All that a search asks for. */
  LIBRARY,
  /** The plan's own: each layer was rounded to the inputs that it gets in this very plan. */
  CONTEXT,
  /** Trained for this very plan, after the search. No search asks for it. */
  FINETUNED;

  /** The name used in files, such as {@code context}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rounding with this name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Rounding ofId(String id) {
    return Arrays.stream(values())
        .filter(rounding -> rounding.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown rounding '" + id + "'"));
  }

  @Override
  public String toString() {
    return id();
  }
}
