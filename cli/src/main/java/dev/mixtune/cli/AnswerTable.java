package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import java.util.BitSet;
import java.util.List;

/**
 * Which samples the float model and some plans answer right.
 *
 * @param samples number of samples
 * @param floatRight positions that the float model answers right
 * @param plans what each plan answers, the uniform plan of the widest width first
 */
record AnswerTable(int samples, BitSet floatRight, List<Row> plans) {

  AnswerTable {
    plans = List.copyOf(plans);
  }

  /**
   * One plan.
   *
   * @param plan the plan
   * @param sizeBytes of its deployable file
   * @param right positions that it answers right
   */
  record Row(Plan plan, long sizeBytes, BitSet right) {}

  /** Samples that a plan loses, net of those it gains, as a share of all. */
  double drop(Row row) {
    return (double) (floatRight.cardinality() - row.right().cardinality()) / samples;
  }
}
