package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.List;

/** Runs of channels of one group that are worked on side by side. */
final class ChannelTiles {
  /** The scratch memory of so many channels stays in a core's own cache. */
  private static final int MOST = 16;

  /** No fewer tiles than this in a group, so that several cores share them. */
  private static final int LEAST_TILES = 8;

  private ChannelTiles() {}

  /**
   * Cuts channels into runs.
   *
   * @param channels of all groups
   * @param groups every one has as many channels
   * @return first channel of each run, and the one behind its last
   */
  static List<int[]> of(int channels, int groups) {
    int perGroup = channels / groups;
    int most = Math.max(1, Math.min(MOST, perGroup / LEAST_TILES));
    List<int[]> tiles = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      int end = (group + 1) * perGroup;
      for (int from = group * perGroup; from < end; from += most) {
        tiles.add(new int[] {from, Math.min(end, from + most)});
      }
    }
    return tiles;
  }
}
