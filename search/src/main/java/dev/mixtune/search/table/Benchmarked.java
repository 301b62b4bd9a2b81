package dev.mixtune.search.table;

import java.util.List;

/** An instance whose truth is known, so that searches on it can be judged. */
public interface Benchmarked extends DamageOracle {

  /** What a searcher may know. */
  TableShape shape();

  /** The damage without noise: what a found front is judged by. */
  double trueDamage(int[] plan);

  /** Where hypervolume counts. */
  FrontVolume box();

  /** The exact front, or where it cannot be had the best one known. */
  List<TablePoint> bestKnownFront();
}
