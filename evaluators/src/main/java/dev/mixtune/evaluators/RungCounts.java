package dev.mixtune.evaluators;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Counts paired answers in informative order, and says at each rung whether to go on. */
final class RungCounts {
  private final InformativeOrder order;
  private final Set<Integer> rungs;
  private final int mostNetLost;
  private final List<Climbed.Rung> reached = new ArrayList<>();
  private int samples;
  private int lost;
  private int gained;

  RungCounts(InformativeOrder order, int batch, int mostNetLost) {
    this.order = order;
    this.rungs = Set.copyOf(order.rungs(batch));
    this.mostNetLost = mostNetLost;
  }

  void add(boolean isFloatRight, boolean isRight) {
    samples++;
    lost += isFloatRight && !isRight ? 1 : 0;
    gained += isRight && !isFloatRight ? 1 : 0;
  }

  /** Asked when so many samples have been added. */
  boolean goOn(int scored) {
    if (!rungs.contains(scored)) {
      return true;
    }
    reached.add(new Climbed.Rung(scored, lost, gained));
    return netLostAtLeast() <= mostNetLost;
  }

  List<Climbed.Rung> reached() {
    return reached;
  }

  int netLostAtLeast() {
    return order.netLostAtLeast(samples, lost, gained);
  }
}
