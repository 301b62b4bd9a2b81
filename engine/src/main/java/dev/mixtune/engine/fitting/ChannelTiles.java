package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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
   * @return the channels of each run, all of one group
   */
  static List<int[]> of(int channels, int groups) {
    return everyNth(channels, groups, 1);
  }

  /**
   * Cuts a part of the channels into runs: of each group the first, and every so many from there.
   *
   * @param channels of all groups
   * @param groups every one has as many channels
   * @param nth how far the channels of a run are apart, 1 for all of them
   * @return the channels of each run, all of one group
   */
  static List<int[]> everyNth(int channels, int groups, int nth) {
    int perGroup = channels / groups;
    int taken = (perGroup + nth - 1) / nth;
    int most = Math.max(1, Math.min(MOST, taken / LEAST_TILES));
    List<int[]> tiles = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      int first = group * perGroup;
      for (int from = 0; from < taken; from += most) {
        int to = Math.min(taken, from + most);
        tiles.add(IntStream.range(from, to).map(i -> first + i * nth).toArray());
      }
    }
    return tiles;
  }
}
