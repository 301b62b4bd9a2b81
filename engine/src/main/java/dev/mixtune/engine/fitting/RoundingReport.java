package dev.mixtune.engine.fitting;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rounding methods were compared for each layer and width, and which one was kept.
 *
 * @param entries in the order in which the layers were rounded
 * @param blocks the same for matrix products in blocks (MatMulNBits)
 * @param networks the same comparison for whole networks
 */
public record RoundingReport(List<Entry> entries, List<Entry> blocks, List<NetworkError> networks) {

  public RoundingReport {
    entries = List.copyOf(entries);
    blocks = List.copyOf(blocks);
    networks = List.copyOf(networks);
  }

  /**
   * The outputs of a whole quantized network against the float network's, on held-back samples:
   * mean squared difference over the variance of the float outputs. Where fitting did not lower it,
   * the plan's layers keep plain rounding and the model's own biases.
   *
   * @param plan the plan's key
   * @param fitted error after fitting
   * @param plain error with every layer rounded to the scale of least squared error
   */
  public record NetworkError(String plan, double fitted, double plain) {

    /** Whether the fitted weights were kept. */
    public boolean keepsFitted() {
      return fitted <= plain;
    }
  }

  /**
   * One layer at one width.
   *
   * @param layer the layer's index
   * @param name the layer's name
   * @param bits 2, 4 or 8
   * @param blockSize weights that share a scale, as {@link dev.mixtune.engine.Scheme#blockSize}; 0:
   *     all of an output
   * @param chosen the method that was kept: the one with the least error; a codebook must lower it
   *     by a factor of 1.5 for each bit per weight that its table takes (per weight of an average
   *     layer, where this one is smaller)
   * @param errors relative output error of each method on held-back samples: mean squared
   *     difference from the float layer's answers over their variance
   * @param rows rows of calibration data that the layer was rounded on
   */
  public record Entry(
      int layer,
      String name,
      int bits,
      int blockSize,
      String chosen,
      Map<String, Double> errors,
      long rows) {

    public Entry {
      errors = java.util.Collections.unmodifiableMap(new TreeMap<>(errors));
      if (!errors.containsKey(chosen)) {
        throw new IllegalArgumentException("no error for the chosen method '" + chosen + "'");
      }
    }

    /** An entry of weights with one scale for each output. */
    public Entry(
        int layer, String name, int bits, String chosen, Map<String, Double> errors, long rows) {
      this(layer, name, bits, /* blockSize= */ 0, chosen, errors, rows);
    }

    /** The same entry with another choice. */
    Entry with(String method) {
      Map<String, Double> known = new TreeMap<>(errors);
      known.putIfAbsent(method, Double.NaN);
      return new Entry(layer, name, bits, blockSize, method, known, rows);
    }

    /** Relative output error of the chosen method. */
    public double error() {
      return errors.getOrDefault(chosen, Double.NaN);
    }
  }
}
