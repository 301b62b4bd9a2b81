package dev.mixtune.evaluators;

/**
 * Agreement with the float model: whether the largest output is at the same place. Needs no labels;
 * the float model itself scores 1.
 */
public record Fidelity() implements CountMetric {

  @Override
  public String id() {
    return "fidelity";
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
  public boolean right(Row answer, Row floatAnswer, int label) {
    return answer.argmax() == floatAnswer.argmax();
  }
}
