package dev.mixtune.evaluators;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** The known word that the user most likely meant. */
final class Suggestion {
  private Suggestion() {}

  /** The way out of an unknown word: the nearest known one, or all of them. */
  static String among(String word, Collection<String> known) {
    Optional<String> nearest =
        known.stream()
            .filter(k -> distance(word, k) <= Math.max(2, k.length() / 3))
            .min(
                Comparator.comparingInt((String k) -> distance(word, k))
                    .thenComparing(Comparator.naturalOrder()));
    String all = String.join(", ", new TreeSet<>(known));
    return nearest.map(k -> "Maybe you meant '" + k + "'; known: " + all).orElse("Known: " + all);
  }

  /** Edits (insert, delete, replace, swap of neighbours) between two words, case ignored. */
  static int distance(String left, String right) {
    // A hostile key may be long; nothing known is.
    String a = left.substring(0, Math.min(64, left.length())).toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        best = Math.min(best, edits[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, edits[i - 2][j - 2] + 1);
        }
        edits[i][j] = best;
      }
    }
    return edits[a.length()][b.length()];
  }
}
