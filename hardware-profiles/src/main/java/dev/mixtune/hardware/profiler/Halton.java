package dev.mixtune.hardware.profiler;

/**
 * The Halton sequence: every beginning of it covers the unit cube evenly, so that measuring may
 * stop anywhere (Halton 1960, doi:10.1007/BF01386213).
 */
final class Halton {
  private static final int[] PRIMES = {2, 3, 5, 7};

  private Halton() {}

  /**
   * One coordinate of one point, within 0 (inclusive) to 1.
   *
   * @param index of the point, from 1
   * @param axis 0 to 3
   */
  static double at(int index, int axis) {
    double result = 0;
    double share = 1;
    for (int rest = index; rest > 0; rest /= PRIMES[axis]) {
      share /= PRIMES[axis];
      result += share * (rest % PRIMES[axis]);
    }
    return result;
  }
}
