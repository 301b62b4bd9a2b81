package dev.mixtune.engine.fitting;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rounding methods were compared for each layer and width, and which one was kept.
 *
 * @param entries in the order in which the layers were rounded
 */
public record RoundingReport(List<Entry> entries) {

  public RoundingReport {
    entries = List.copyOf(entries);
  }

  /**
   * One layer at one width.
   *
   * @param layer the layer's index
   * @param name the layer's name
   * @param bits 2, 4 or 8
   * @param chosen the method that was kept: the one with the least error; a codebook must lower it
   *     by a factor of 1.5 for each bit per weight that its table takes
   * @param errors relative output error of each method on held-back samples: mean squared
   *     difference from the float layer's answers over their variance
   * @param rows rows of calibration data that the layer was rounded on
   */
  public record Entry(
      int layer, String name, int bits, String chosen, Map<String, Double> errors, long rows) {

    public Entry {
      errors = java.util.Collections.unmodifiableMap(new TreeMap<>(errors));
      if (!errors.containsKey(chosen)) {
        throw new IllegalArgumentException("no error for the chosen method '" + chosen + "'");
      }
    }

    /** Relative output error of the chosen method. */
    public double error() {
      return errors.getOrDefault(chosen, Double.NaN);
    }
  }
}
