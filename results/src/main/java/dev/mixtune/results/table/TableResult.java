package dev.mixtune.results.table;

import java.util.List;

/**
 * The runs of a search on one instance.
 *
 * @param name of the instance
 * @param maxEvaluations the most unique plans that each run might evaluate
 * @param runs one per seed
 */
public record TableResult(String name, int maxEvaluations, List<TableRun> runs) {

  public TableResult {
    runs = List.copyOf(runs);
  }
}
