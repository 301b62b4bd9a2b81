package dev.mixtune.evaluators;

import java.util.List;
import java.util.Optional;

/**
 * Says for one sample whether an answer counts as right. Scores are shares of right answers, 0..1.
 */
public sealed interface Metric permits TopK, Fidelity {

  /** The name in task files, such as {@code top1}. */
  String id();

  /** Whether samples need labels. */
  boolean needsLabels();

  /** Values per answer below which the metric says nothing. */
  int minimumClasses();

  /**
   * Whether the answer is right.
   *
   * @param answer the candidate's (or the float model's own) row of outputs
   * @param floatAnswer the float model's row for the same sample
   * @param label the sample's label; ignored by metrics that need none
   */
  boolean right(Row answer, Row floatAnswer, int label);

  /** All metrics. */
  static List<Metric> all() {
    return List.of(new TopK(1), new TopK(5), new Fidelity());
  }

  /** The names of all metrics. */
  static List<String> ids() {
    return all().stream().map(Metric::id).toList();
  }

  /** The metric with this name. */
  static Optional<Metric> find(String id) {
    return all().stream().filter(metric -> metric.id().equals(id)).findFirst();
  }
}
