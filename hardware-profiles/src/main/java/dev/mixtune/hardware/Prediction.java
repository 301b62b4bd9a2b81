package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A predicted time, and how much of it stands on which basis.
 *
 * @param millis milliseconds per run
 * @param millisByBasis the same time, split by the basis of the entries; sums to {@code millis}
 */
public record Prediction(double millis, Map<Basis, Double> millisByBasis) {

  public Prediction {
    millisByBasis = Map.copyOf(millisByBasis);
    if (!(millis > 0) || millisByBasis.isEmpty()) {
      throw new IllegalArgumentException("predicted " + millis + " ms from " + millisByBasis);
    }
  }

  /** Share of the time that stands on this basis, 0..1. */
  public double share(Basis basis) {
    return Math.min(1, millisByBasis.getOrDefault(basis, 0.0) / millis);
  }

  /**
   * Share of the time that is modelled, 0..1. The fallback of a missing kernel counts as modelled:
   * nobody timed it for that layer.
   */
  public double modelledShare() {
    return Math.min(1, share(Basis.MODELLED) + share(Basis.NO_KERNEL));
  }

  /** The weakest basis that any part of the time stands on. */
  public Basis weakestBasis() {
    return millisByBasis.keySet().stream().max(Comparator.naturalOrder()).orElseThrow();
  }

  /** Such as {@code 60 % of the time is measured, 40 % modelled}. */
  String sharesSentence() {
    Map<Basis, Double> shares = new EnumMap<>(Basis.class);
    millisByBasis
        .keySet()
        .forEach(
            basis ->
                shares.merge(
                    basis == Basis.NO_KERNEL ? Basis.MODELLED : basis, share(basis), Double::sum));
    String text =
        shares.entrySet().stream()
            .map(entry -> percent(entry.getValue()) + " " + entry.getKey().id())
            .collect(Collectors.joining(", "));
    return text.replaceFirst("% ", "% of the time is ");
  }

  /** Never rounds a part to the whole, nor to nothing. */
  private static String percent(double share) {
    if (share > 0.995 && share < 1 - 1e-9) {
      return "over 99 %";
    }
    if (share < 0.005) {
      return "under 1 %";
    }
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
