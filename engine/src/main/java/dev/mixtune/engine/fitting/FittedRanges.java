package dev.mixtune.engine.fitting;

import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.RangeMethods;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Activation ranges that were chosen by the error they cause.
 *
 * @param calibration the observations with the chosen ranges
 * @param common the method of all tensors without a choice of their own
 * @param uniform output error of the 8-bit network with the same method for all tensors, by method
 * @param error output error with the chosen ranges
 * @param choices the tensors with ranges of their own for which the methods differ, in execution
 *     order
 */
public record FittedRanges(
    Calibration calibration,
    String common,
    Map<String, Double> uniform,
    double error,
    List<Choice> choices) {

  public FittedRanges {
    uniform = java.util.Collections.unmodifiableMap(new TreeMap<>(uniform));
    choices = List.copyOf(choices);
  }

  /**
   * The same choices with the ranges that they lead to.
   *
   * @param observed observations of the same network on the same samples
   * @throws IllegalArgumentException when a tensor or a method is unknown
   */
  static FittedRanges of(
      Calibration observed,
      String common,
      Map<String, Double> uniform,
      double error,
      List<Choice> choices) {
    Calibration ranges = observed.with(RangeMethods.named(common));
    for (Choice choice : choices) {
      ranges = ranges.with(choice.tensor(), RangeMethods.named(choice.chosen()));
    }
    return new FittedRanges(ranges, common, uniform, error, choices);
  }

  /**
   * One tensor.
   *
   * @param tensor its name
   * @param chosen the method with the least error
   * @param errors output error of the network by method, all other tensors as chosen so far
   */
  public record Choice(String tensor, String chosen, Map<String, Double> errors) {
    public Choice {
      errors = java.util.Collections.unmodifiableMap(new TreeMap<>(errors));
    }
  }
}
