package dev.mixtune.evaluators;

import java.util.Arrays;

/**
 * Semantic textual similarity: Spearman's correlation between the cosine of two embeddings and the
 * score that people gave the pair (D. Cer et al., "SemEval-2017 Task 1", <a
 * href="https://doi.org/10.18653/v1/S17-2001">doi:10.18653/v1/S17-2001</a>), -1..1. Equal values
 * share their average rank.
 */
public record StsSpearman() implements StatisticMetric {

  @Override
  public String id() {
    return "sts-spearman";
  }

  @Override
  public boolean needsLabels() {
    return true;
  }

  @Override
  public boolean needsPairs() {
    return true;
  }

  @Override
  public int minimumValues() {
    return 2;
  }

  @Override
  public double value(Row answer, Row floatAnswer, double target) {
    int half = answer.length() / 2;
    return CosineFidelity.cosine(
        new Row(answer.values(), answer.offset(), half),
        new Row(answer.values(), answer.offset() + half, half));
  }

  @Override
  public double of(double[] values, double[] targets) {
    int[] once = new int[values.length];
    Arrays.fill(once, 1);
    return weighted(values, targets).of(once);
  }

  @Override
  public Weighted weighted(double[] values, double[] targets) {
    return new RankCorrelation(values, targets)::of;
  }
}
