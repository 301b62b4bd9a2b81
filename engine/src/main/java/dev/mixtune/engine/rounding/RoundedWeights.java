package dev.mixtune.engine.rounding;

import dev.mixtune.engine.graph.ChannelLayout;
import java.util.BitSet;

/**
 * A weight tensor on integer grids: {@code weight = code * scale[channel]}.
 *
 * <p>On a uniform grid codes lie in {@code -2^(bits-1) .. 2^(bits-1) - 1}. With 2 or 4 bits they
 * may also be a codebook: at most {@code 2^bits} different INT8 codes in each channel, any at all.
 *
 * @param bits 2, 4 or 8 bits per stored code or index
 * @param codes in the layout of the original tensor
 * @param scales one per output channel, positive
 * @param layout where the channels lie
 * @param method the name of the rounding method that made it
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all plans, never changed
public record RoundedWeights(
    int bits, byte[] codes, float[] scales, ChannelLayout layout, String method) {

  /** About what the operators that unpack a mask take in a file. */
  private static final int UNPACKING_BYTES = 400;

  public RoundedWeights {
    if (codes.length != layout.size() || scales.length != layout.channels()) {
      throw new IllegalArgumentException(
          codes.length + " codes and " + scales.length + " scales do not fit " + layout);
    }
    if (bits != 2 && bits != 4 && bits != 8) {
      throw new IllegalArgumentException(bits + " bits; known: 2, 4, 8");
    }
    for (float scale : scales) {
      if (!(scale > 0) || !Float.isFinite(scale)) {
        throw new IllegalArgumentException("scale " + scale);
      }
    }
    for (int channel = 0; channel < layout.channels(); channel++) {
      requireFewCodes(bits, codes, layout, channel);
    }
  }

  private static void requireFewCodes(int bits, byte[] codes, ChannelLayout layout, int channel) {
    BitSet seen = new BitSet();
    for (int k = 0; k < layout.perChannel(); k++) {
      seen.set(codes[layout.position(channel, k)] - Byte.MIN_VALUE);
    }
    if (seen.cardinality() > 1 << bits) {
      throw new IllegalArgumentException(
          "channel " + channel + " has " + seen.cardinality() + " codes for " + bits + " bits");
    }
  }

  /** Whether all codes lie on the uniform grid, so that no table is needed to store them. */
  public boolean isUniform() {
    int least = -(1 << (bits - 1));
    for (byte code : codes) {
      if (code < least || code > -least - 1) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of the tables of a codebook; 0 on a uniform grid. */
  public long tableBytes() {
    return isUniform() ? 0 : (long) layout.channels() << bits;
  }

  /**
   * Bytes that a tensor with many zeros saves when it is stored as a mask and the codes that are
   * not zero, its operators paid; 0 where it is stored in full: codebooks, 2 bits, and where fewer
   * than half of the codes are zero.
   */
  public long prunedBytes() {
    int kept = 0;
    for (byte code : codes) {
      kept += code == 0 ? 0 : 1;
    }
    if (bits == 2 || 2L * kept > codes.length || !isUniform()) {
      return 0;
    }
    long maskBytes = (codes.length + 7L) / 8;
    long saved = ((long) codes.length - kept) * bits / 8 - maskBytes - UNPACKING_BYTES;
    return Math.max(0, saved);
  }

  /** The weights that the codes stand for. */
  public float[] values() {
    float[] values = new float[codes.length];
    for (int channel = 0; channel < layout.channels(); channel++) {
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        values[at] = codes[at] * scales[channel];
      }
    }
    return values;
  }
}
