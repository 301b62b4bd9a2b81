package dev.mixtune.engine.graph;

/** The values of a constant, row-major, read piece by piece. Thread-safe. */
@FunctionalInterface
public interface FloatSource {
  /**
   * Reads values that lie side by side.
   *
   * @param first position of the first
   * @param into takes them, from {@code at} on
   * @param count how many
   */
  void read(int first, float[] into, int at, int count);
}
