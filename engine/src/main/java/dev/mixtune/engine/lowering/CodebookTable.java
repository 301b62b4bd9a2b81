package dev.mixtune.engine.lowering;

import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;
import java.util.TreeSet;

/**
 * A weight tensor as indices into one short table of INT8 codes per channel.
 *
 * @param indices in the layout of the weight, {@code 0 .. 2^bits - 1}
 * @param table INT8 codes, {@code [channels, 2^bits]}, or {@code [2^bits, channels]} where the
 *     channels lie on the last axis; rising, padded with zeros
 * @param tableShape its shape
 * @param indexShape two axes, so that GatherElements along {@code axis} finds the codes
 * @param axis of the table that the indices count along
 */
@SuppressWarnings("ArrayRecordComponent") // written into a model at once
record CodebookTable(
    byte[] indices, byte[] table, List<Long> tableShape, List<Long> indexShape, int axis) {

  /**
   * The table of a codebook.
   *
   * @throws IllegalArgumentException when a channel has more different codes than indices
   */
  static CodebookTable of(RoundedWeights weights) {
    ChannelLayout layout = weights.layout();
    int entries = 1 << weights.bits();
    int channels = layout.channels();
    boolean channelsLast = layout.axis() > 0;
    if (channelsLast && layout.inner() != 1) {
      throw new IllegalArgumentException("no codebook for channels in the middle: " + layout);
    }
    byte[] table = new byte[channels * entries];
    byte[] indices = new byte[layout.size()];
    for (int channel = 0; channel < channels; channel++) {
      TreeSet<Byte> codes = new TreeSet<>();
      for (int k = 0; k < layout.perChannel(); k++) {
        codes.add(weights.codes()[layout.position(channel, k)]);
      }
      if (codes.size() > entries) {
        throw new IllegalArgumentException(
            codes.size() + " codes in channel " + channel + " for " + weights.bits() + " bits");
      }
      byte[] index = new byte[1 << Byte.SIZE];
      byte next = 0;
      for (byte code : codes) {
        table[channelsLast ? next * channels + channel : channel * entries + next] = code;
        index[code & 0xff] = next++;
      }
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        indices[at] = index[weights.codes()[at] & 0xff];
      }
    }
    long many = channels;
    long each = layout.perChannel();
    return channelsLast
        ? new CodebookTable(indices, table, List.of((long) entries, many), List.of(each, many), 0)
        : new CodebookTable(indices, table, List.of(many, (long) entries), List.of(many, each), 1);
  }
}
