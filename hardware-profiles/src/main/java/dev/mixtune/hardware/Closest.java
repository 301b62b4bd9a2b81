package dev.mixtune.hardware;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody probably meant to write. */
final class Closest {
  private Closest() {}

  /** Such as {@code ; maybe 'pixel8'}, or nothing when no word is near. */
  static String suggestion(String word, Collection<String> known) {
    return find(word, known).map(near -> "; maybe '" + near + "'").orElse("");
  }

  /** The nearest word, if fewer than half of its letters differ. */
  static Optional<String> find(String word, Collection<String> known) {
    return known.stream()
        .filter(candidate -> 2 * distance(word, candidate) < candidate.length())
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
  }

  /** Insertions, deletions and substitutions between two words (Levenshtein). */
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
