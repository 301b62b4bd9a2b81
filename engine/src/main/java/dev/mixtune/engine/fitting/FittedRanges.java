package dev.mixtune.engine.fitting;

import dev.mixtune.engine.calibration.Calibration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Activation ranges that were chosen by the error they cause.
 *
 * @param calibration the observations with the chosen ranges
 * @param uniform output error of the 8-bit network with the same method for all tensors, by method
 * @param error output error with the chosen ranges
 * @param choices the tensors for which the choice made a difference, in the order of their names
 */
public record FittedRanges(
    Calibration calibration, Map<String, Double> uniform, double error, List<Choice> choices) {

  public FittedRanges {
    uniform = java.util.Collections.unmodifiableMap(new TreeMap<>(uniform));
    choices = List.copyOf(choices);
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
