package dev.mixtune.engine.fitting;

import java.util.Comparator;
import java.util.List;

/**
 * How a network is fitted to calibration samples.
 *
 * @param widths bits to round to, of 8, 4 and 2
 * @param dampening share of the mean diagonal that is added to a Hessian, 0.01 in Frantar et al.
 * @param rowsPerWeight rows of calibration data per weight of a channel
 * @param leastRows rows at least, however few weights a channel has
 * @param mostRows rows at most, however many weights a channel has
 * @param heldBackEvery every how many samples one is held back to choose between methods, 2 or more
 * @param threads threads of one session
 * @param seed of the positions that are read of each sample
 * @param activations of the network that the weights are fitted in
 * @param methods what may be chosen, such as {@code gptq} (its variants with it); empty: anything
 * @param sparsity share of each channel's weights that a pruned candidate sets to 0, 0.5 to 1
 *     (exclusive); 0: nothing is pruned
 */
public record FittingSettings(
    List<Integer> widths,
    double dampening,
    int rowsPerWeight,
    int leastRows,
    int mostRows,
    int heldBackEvery,
    int threads,
    long seed,
    ActivationTreatment activations,
    List<String> methods,
    double sparsity) {

  /** The method whose rounding is learned by gradients: tried only where it is named. */
  public static final String LEARNED = "adaround";

  private static final double LEAST_SPARSITY = 0.5;

  public FittingSettings {
    methods = methods.stream().distinct().sorted().toList();
    widths = widths.stream().distinct().sorted(Comparator.reverseOrder()).toList();
    if (!List.of(8, 4, 2).containsAll(widths) || widths.isEmpty()) {
      throw new IllegalArgumentException("widths " + widths);
    }
    if (!(dampening > 0)
        || rowsPerWeight < 1
        || leastRows < 1
        || mostRows < leastRows
        || heldBackEvery < 2
        || threads < 1) {
      throw new IllegalArgumentException(
          "dampening "
              + dampening
              + ", rows "
              + rowsPerWeight
              + ", "
              + leastRows
              + ".."
              + mostRows
              + ", held back every "
              + heldBackEvery
              + ", threads "
              + threads);
    }
    if (sparsity != 0 && !(sparsity >= LEAST_SPARSITY && sparsity < 1)) {
      throw new IllegalArgumentException(
          "sparsity " + sparsity + ", neither 0 nor within " + LEAST_SPARSITY + " to 1");
    }
  }

  /**
   * What the reference results were made with: all widths, one thread per session, seed 1, 8-bit
   * activations, nothing pruned.
   */
  public static FittingSettings defaults() {
    return new FittingSettings(
        List.of(8, 4, 2),
        0.01,
        32,
        8192,
        32768,
        8,
        1,
        1,
        ActivationTreatment.INTEGER,
        List.of(),
        0);
  }

  /** The methods that look at calibration samples, as {@link #withMethods} names them. */
  public static List<String> fittedMethods() {
    return List.of("gptq", "codebook");
  }

  /** The same for other widths. */
  public FittingSettings withWidths(List<Integer> other) {
    return with(other, activations, methods, sparsity);
  }

  /**
   * The same in a network whose weights are rounded and whose activations stay float; see {@link
   * dev.mixtune.engine.lowering.WeightsOnlyModel}.
   */
  public FittingSettings weightsOnly() {
    return with(widths, ActivationTreatment.FLOAT, methods, sparsity);
  }

  /**
   * The same with a part of the methods, to compare them. A layer that none of them can round takes
   * the best of all, and nothing is taken back from a whole network unless {@code mse} is among
   * them.
   *
   * @param names such as {@code gptq} or {@code codebook}, each with its variants
   */
  public FittingSettings withMethods(List<String> names) {
    return with(widths, activations, names, sparsity);
  }

  /**
   * The same with a pruned candidate for each layer at 8 and 4 bits; see {@code SparseSolver}.
   *
   * @param share of each channel's weights that becomes 0, 0.5 to 1 (exclusive); 0: none
   */
  public FittingSettings withSparsity(double share) {
    return with(widths, activations, methods, share);
  }

  /** Whether a method may be chosen. */
  boolean offers(String method) {
    return methods.isEmpty()
        || methods.stream().anyMatch(n -> method.equals(n) || method.startsWith(n + "-"));
  }

  private FittingSettings with(
      List<Integer> otherWidths, ActivationTreatment treatment, List<String> names, double share) {
    return new FittingSettings(
        otherWidths,
        dampening,
        rowsPerWeight,
        leastRows,
        mostRows,
        heldBackEvery,
        threads,
        seed,
        treatment,
        names,
        share);
  }
}
