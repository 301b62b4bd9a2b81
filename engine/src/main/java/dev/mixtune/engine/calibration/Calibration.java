package dev.mixtune.engine.calibration;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What calibration learnt about every float activation of a network. */
public final class Calibration {
  private final Map<String, ActivationHistogram> histograms;
  private final Map<String, Range> ranges = new HashMap<>();

  Calibration(Map<String, ActivationHistogram> histograms, RangeMethod method) {
    this.histograms = Map.copyOf(histograms);
    histograms.forEach((tensor, histogram) -> ranges.put(tensor, method.range(histogram)));
  }

  /** The range of a tensor; empty when the tensor was not observed or never finite. */
  public Optional<Range> range(String tensor) {
    return Optional.ofNullable(ranges.get(tensor));
  }

  private Calibration(Map<String, ActivationHistogram> histograms, Map<String, Range> ranges) {
    this.histograms = histograms;
    this.ranges.putAll(ranges);
  }

  /** Names of all observed tensors, sorted. */
  public List<String> tensors() {
    return histograms.keySet().stream().sorted().toList();
  }

  /**
   * The same observations with another choice for one tensor.
   *
   * @throws IllegalArgumentException when the tensor was not observed
   */
  public Calibration with(String tensor, RangeMethod method) {
    ActivationHistogram histogram = histograms.get(tensor);
    if (histogram == null) {
      throw new IllegalArgumentException("no observations of '" + tensor + "'");
    }
    Map<String, Range> changed = new HashMap<>(ranges);
    changed.put(tensor, method.range(histogram));
    return new Calibration(histograms, changed);
  }

  /** The same observations with another choice of ranges. */
  public Calibration with(RangeMethod method) {
    return new Calibration(histograms, method);
  }
}
