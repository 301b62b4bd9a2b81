package dev.mixtune.evaluators;

import java.util.Arrays;

/**
 * Agreement with the float model where a model decides at many positions: the mean share of
 * positions (steps of a text line, pixels of a map) whose largest class is the float model's. Where
 * there is one value per position, a probability, the decision is whether it exceeds 0.5. Needs no
 * labels; the float model itself scores 1.
 */
public record PositionFidelity() implements StatisticMetric {
  private static final float THRESHOLD = 0.5f;

  @Override
  public String id() {
    return "fidelity-positions";
  }

  @Override
  public boolean needsLabels() {
    return false;
  }

  @Override
  public int minimumValues() {
    return 2;
  }

  @Override
  public boolean readsPositions() {
    return true;
  }

  @Override
  public double value(Row answer, Row floatAnswer, double target) {
    int same = 0;
    for (int i = 0; i < floatAnswer.positions(); i++) {
      same += decision(answer.position(i)) == decision(floatAnswer.position(i)) ? 1 : 0;
    }
    return (double) same / floatAnswer.positions();
  }

  private static int decision(Row position) {
    return position.length() > 1 ? position.argmax() : position.at(0) > THRESHOLD ? 1 : 0;
  }

  @Override
  public double of(double[] values, double[] targets) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }
}
