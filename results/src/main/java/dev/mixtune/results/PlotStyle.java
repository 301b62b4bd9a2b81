package dev.mixtune.results;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.TickUnits;

/**
 * Colours, shapes and fonts of all plots. The colours are those of Okabe and Ito (Color Universal
 * Design, 2008), which people with any kind of colour vision can tell apart; shapes differ as well.
 */
final class PlotStyle {
  static final Color INK = new Color(0x1f2328);
  static final Color FAINT_INK = new Color(0x57606a);
  static final Color GRID = new Color(0xe6e8eb);
  static final Color CANDIDATE = new Color(0x99, 0x9f, 0xa6, 0x70);
  static final Color FRONTIER = new Color(0x0072b2);
  static final Color FRONTIER_BAR = new Color(0x00, 0x72, 0xb2, 0x60);
  static final Color UNIFORM = new Color(0xd55e00);
  static final Color CHOSEN = new Color(0x009e73);
  static final Color LIMIT = new Color(0xcc79a7);
  static final Color LIMIT_TEXT = new Color(0xa3427c); // the same hue, dark enough to read
  static final Color SKY = new Color(0x56b4e9);

  static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 19);
  static final Font SUBTITLE = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font PANEL = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  static final Font AXIS = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font TICK = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  static final Font LABEL = new Font(Font.SANS_SERIF, Font.BOLD, 12);

  static final Stroke LINE = new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  static final Stroke THIN = new BasicStroke(1f);
  static final Stroke DASHED =
      new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {7, 5}, 0);

  private PlotStyle() {}

  static Shape dot(double radius) {
    return new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius);
  }

  static Shape diamond(double radius) {
    return polygon(new double[][] {{0, -radius}, {radius, 0}, {0, radius}, {-radius, 0}});
  }

  static Shape square(double radius) {
    return polygon(
        new double[][] {
          {-radius, -radius}, {radius, -radius}, {radius, radius}, {-radius, radius}
        });
  }

  /** Points up: the value lies above the plot. */
  static Shape triangle(double radius) {
    return polygon(new double[][] {{0, 0}, {radius, 1.6 * radius}, {-radius, 1.6 * radius}});
  }

  static Shape star(double radius) {
    double[][] corners = new double[10][];
    for (int i = 0; i < corners.length; i++) {
      double r = i % 2 == 0 ? radius : 0.42 * radius;
      double angle = Math.PI * i / 5 - Math.PI / 2;
      corners[i] = new double[] {r * Math.cos(angle), r * Math.sin(angle)};
    }
    return polygon(corners);
  }

  /** Steps of 1, 2 and 5, all ticks of an axis with the same decimals in every locale. */
  static TickUnits tickUnits() {
    TickUnits units = new TickUnits();
    for (int exponent = -6; exponent <= 6; exponent++) {
      String decimals = exponent < 0 ? "." + "0".repeat(-exponent) : "";
      DecimalFormat format =
          new DecimalFormat("0" + decimals, DecimalFormatSymbols.getInstance(Locale.ROOT));
      for (int step : new int[] {1, 2, 5}) {
        units.add(new NumberTickUnit(step * Math.pow(10, exponent), format));
      }
    }
    return units;
  }

  /** The colour of a width, the same in every plot. */
  static Color width(int bits) {
    return switch (bits) {
      case 2 -> UNIFORM;
      case 4 -> new Color(0xe69f00);
      case 8 -> FRONTIER;
      case 16 -> CHOSEN;
      default -> FAINT_INK;
    };
  }

  private static Shape polygon(double[][] corners) {
    Path2D path = new Path2D.Double();
    path.moveTo(corners[0][0], corners[0][1]);
    for (int i = 1; i < corners.length; i++) {
      path.lineTo(corners[i][0], corners[i][1]);
    }
    path.closePath();
    return path;
  }
}
