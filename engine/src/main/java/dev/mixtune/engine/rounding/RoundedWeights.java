package dev.mixtune.engine.rounding;

/**
 * A weight tensor on a symmetric integer grid: {@code weight = code * scale[channel]}.
 *
 * @param bits 2, 4 or 8; codes lie in {@code -2^(bits-1) .. 2^(bits-1) - 1}
 * @param codes in the layout of the original tensor
 * @param scales one per output channel, positive
 * @param layout where the channels lie
 * @param method the name of the rounding method that made it
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all plans, never changed
public record RoundedWeights(
    int bits, byte[] codes, float[] scales, ChannelLayout layout, String method) {

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
    int least = -(1 << (bits - 1));
    for (byte code : codes) {
      if (code < least || code >= -least) {
        throw new IllegalArgumentException("code " + code + " does not fit " + bits + " bits");
      }
    }
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
