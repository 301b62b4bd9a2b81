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
    ActivationTreatment activations) {

  public FittingSettings {
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
  }

  /**
   * What the reference results were made with: all widths, one thread per session, seed 1, 8-bit
   * activations.
   */
  public static FittingSettings defaults() {
    return new FittingSettings(
        List.of(8, 4, 2), 0.01, 32, 8192, 32768, 8, 1, 1, ActivationTreatment.INTEGER);
  }

  /** The same for other widths. */
  public FittingSettings withWidths(List<Integer> other) {
    return with(other, activations);
  }

  /**
   * The same in a network whose weights are rounded and whose activations stay float; see {@link
   * dev.mixtune.engine.lowering.WeightsOnlyModel}.
   */
  public FittingSettings weightsOnly() {
    return with(widths, ActivationTreatment.FLOAT);
  }

  private FittingSettings with(List<Integer> otherWidths, ActivationTreatment treatment) {
    return new FittingSettings(
        otherWidths,
        dampening,
        rowsPerWeight,
        leastRows,
        mostRows,
        heldBackEvery,
        threads,
        seed,
        treatment);
  }
}
