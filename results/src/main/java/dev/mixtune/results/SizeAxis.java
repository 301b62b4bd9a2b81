package dev.mixtune.results;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/**
 * Bytes on a logarithmic scale, on which halving the bits is the same step everywhere. Ticks stand
 * at round sizes.
 */
final class SizeAxis extends LogAxis {
  private static final long serialVersionUID = 1L;
  private static final double[][] STEPS = {
    {1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}
  };
  private static final int MOST_TICKS = 9;

  SizeAxis(String label, double low, double high) {
    super(label);
    setRange(low, high);
  }

  @Override
  protected List<NumberTick> refreshTicksHorizontal(
      Graphics2D graphics, Rectangle2D area, RectangleEdge edge) {
    return values(getLowerBound(), getUpperBound()).stream()
        .map(
            value ->
                new NumberTick(
                    value,
                    Figures.roundBytes(Math.round(value)),
                    TextAnchor.TOP_CENTER,
                    TextAnchor.CENTER,
                    0))
        .toList();
  }

  /** Round numbers between the bounds, as dense as there is room for. */
  static List<Double> values(double low, double high) {
    List<Double> values = List.of();
    for (double[] steps : STEPS) {
      values = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
        for (double step : steps) {
          double value = step * Math.pow(10, power);
          if (value >= low && value <= high) {
            values.add(value);
          }
        }
      }
      if (values.size() <= MOST_TICKS) {
        return values;
      }
    }
    return values;
  }
}
