package dev.mixtune.engine.lowering;

import dev.mixtune.engine.rounding.RoundedWeights;

/**
 * A weight tensor with many zeros as a mask and the codes that are not zero.
 *
 * @param bits 4 or 8 per code
 * @param mask one per weight in the layout of the tensor: 0 where a code is kept, 1 where it is 0
 * @param codes a leading 0, which the pruned weights look up, then the kept codes in their order
 */
@SuppressWarnings("ArrayRecordComponent") // written into a model at once
record PrunedCodes(int bits, byte[] mask, byte[] codes) {

  /** Splits codes on a uniform grid. */
  static PrunedCodes of(RoundedWeights weights) {
    byte[] all = weights.codes();
    byte[] mask = new byte[all.length];
    int kept = 0;
    for (int i = 0; i < all.length; i++) {
      mask[i] = (byte) (all[i] == 0 ? 1 : 0);
      kept += 1 - mask[i];
    }
    byte[] codes = new byte[1 + kept];
    int next = 1;
    for (byte code : all) {
      if (code != 0) {
        codes[next++] = code;
      }
    }
    return new PrunedCodes(weights.bits(), mask, codes);
  }
}
