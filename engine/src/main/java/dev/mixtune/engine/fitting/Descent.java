package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.List;

/**
 * Coordinate descent of several channels side by side: each row of their common Hessian is read
 * once for all of them, which is what the time of wide layers goes to.
 */
final class Descent {
  private static final int SWEEPS = 20;

  private Descent() {}

  /** One channel on its way. */
  interface Steps {

    /** Settles what depends on all weights together, such as the scale. */
    void prepare();

    /**
     * Gives weight {@code i} the best of its values while all others stay.
     *
     * @return whether it changed
     */
    boolean settle(int i);
  }

  /** Goes over all weights until no weight of a channel changes any more, or for 20 rounds. */
  static void run(int size, List<? extends Steps> channels) {
    List<Steps> moving = new ArrayList<>(channels);
    for (int sweep = 0; sweep < SWEEPS && !moving.isEmpty(); sweep++) {
      moving.forEach(Steps::prepare);
      boolean[] changed = new boolean[moving.size()];
      for (int i = 0; i < size; i++) {
        for (int channel = 0; channel < changed.length; channel++) {
          changed[channel] |= moving.get(channel).settle(i);
        }
      }
      List<Steps> still = new ArrayList<>();
      for (int channel = 0; channel < changed.length; channel++) {
        if (changed[channel]) {
          still.add(moving.get(channel));
        }
      }
      moving = still;
    }
  }
}
