package dev.mixtune.results.table;

import dev.mixtune.search.table.TablePoint;
import java.util.List;

/**
 * What one run of a search on an instance found.
 *
 * @param seed of the run
 * @param evaluations unique plans evaluated
 * @param front the plans that no other evaluated one beats, from the cheapest to the dearest
 */
public record TableRun(long seed, int evaluations, List<TablePoint> front) {

  public TableRun {
    front = List.copyOf(front);
  }
}
