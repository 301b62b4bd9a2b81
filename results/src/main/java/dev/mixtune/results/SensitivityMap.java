package dev.mixtune.results;

import java.util.List;

/**
 * How much one layer at one scheme disturbs the output while all others stay float.
 *
 * @param measure what {@link Cell#damage} is, such as {@code "KL divergence of the outputs"}
 * @param samples samples behind each figure
 * @param cells in any order; not every layer and scheme need be there
 */
public record SensitivityMap(String measure, int samples, List<Cell> cells) {
  public SensitivityMap {
    cells = List.copyOf(cells);
  }

  /**
   * One layer at one scheme.
   *
   * @param layer the layer's position, 0-based
   * @param scheme the scheme's name
   * @param bits its nominal weight bits
   * @param damage the measure, at least 0
   * @param drop drop of the metric on these samples, as a fraction
   */
  public record Cell(int layer, String scheme, int bits, double damage, double drop) {
    public Cell {
      Numbers.requireFinite("damage", damage);
      Numbers.requireFinite("drop", drop);
      if (layer < 0 || damage < 0) {
        throw new IllegalArgumentException("layer " + layer + ", damage " + damage);
      }
    }
  }
}
