package dev.mixtune.results;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleEdge;

/**
 * Writes labels beside their points so that they cover neither each other nor a marked point. Every
 * label takes the free place nearest to its point; a thin line leads back when it is far.
 */
final class PlotLabels extends AbstractXYAnnotation {
  private static final long serialVersionUID = 1L;
  private static final double MARKER = 8;
  private static final double[] DISTANCES = {12, 22, 36, 54, 76};
  private static final int DIRECTIONS = 16;

  /**
   * A label.
   *
   * @param x in the units of the domain axis
   * @param y in the units of the range axis
   */
  record Label(double x, double y, String text, Color colour) {}

  private final transient List<Label> labels;
  private final transient List<double[]> obstacles;

  /**
   * @param labels the most important first
   * @param obstacles points, in the units of the axes, that labels had better not cover
   */
  PlotLabels(List<Label> labels, List<double[]> obstacles) {
    this.labels = List.copyOf(labels);
    this.obstacles = List.copyOf(obstacles);
  }

  @Override
  public void draw(
      Graphics2D graphics,
      XYPlot plot,
      Rectangle2D area,
      ValueAxis domain,
      ValueAxis range,
      int rendererIndex,
      PlotRenderingInfo info) {
    graphics.setFont(PlotStyle.LABEL);
    FontMetrics metrics = graphics.getFontMetrics();
    RectangleEdge bottom = plot.getDomainAxisEdge();
    RectangleEdge left = plot.getRangeAxisEdge();
    List<Rectangle2D> taken = new ArrayList<>();
    for (Label label : labels) {
      taken.add(
          around(
              domain.valueToJava2D(label.x(), area, bottom),
              range.valueToJava2D(label.y(), area, left),
              MARKER));
    }
    List<Rectangle2D> light = new ArrayList<>();
    for (double[] obstacle : obstacles) {
      light.add(
          around(
              domain.valueToJava2D(obstacle[0], area, bottom),
              range.valueToJava2D(obstacle[1], area, left),
              3));
    }
    for (Label label : labels) {
      double x = domain.valueToJava2D(label.x(), area, bottom);
      double y = range.valueToJava2D(label.y(), area, left);
      double width = metrics.stringWidth(label.text());
      double height = metrics.getAscent() + metrics.getDescent();
      Rectangle2D place = place(x, y, width, height, area, taken, light);
      taken.add(place);
      write(graphics, label, place, x, y, metrics);
    }
  }

  private static Rectangle2D place(
      double x,
      double y,
      double width,
      double height,
      Rectangle2D area,
      List<Rectangle2D> taken,
      List<Rectangle2D> light) {
    Rectangle2D best = new Rectangle2D.Double(x, y, width, height);
    double least = Double.POSITIVE_INFINITY;
    for (double distance : DISTANCES) {
      for (int direction = 0; direction < DIRECTIONS; direction++) {
        double angle = 2 * Math.PI * direction / DIRECTIONS - Math.PI / 4;
        double dx = Math.cos(angle);
        double dy = Math.sin(angle);
        // The nearest edge of the box lies at the distance, whatever the box's shape.
        Rectangle2D box =
            new Rectangle2D.Double(
                x + dx * (distance + width / 2) - width / 2,
                y + dy * (distance + height / 2) - height / 2,
                width,
                height);
        double cost = cost(box, area, taken, light) + distance;
        if (cost < least) {
          least = cost;
          best = box;
        }
      }
    }
    return best;
  }

  private static double cost(
      Rectangle2D box, Rectangle2D area, List<Rectangle2D> taken, List<Rectangle2D> light) {
    double cost = area.contains(box) ? 0 : 5000;
    for (Rectangle2D other : taken) {
      cost += other.intersects(box) ? 1000 : 0;
    }
    for (Rectangle2D other : light) {
      cost += other.intersects(box) ? 12 : 0;
    }
    return cost;
  }

  private static void write(
      Graphics2D graphics,
      Label label,
      Rectangle2D place,
      double x,
      double y,
      FontMetrics metrics) {
    double nearX = Math.max(place.getMinX(), Math.min(place.getMaxX(), x));
    double nearY = Math.max(place.getMinY(), Math.min(place.getMaxY(), y));
    if (Math.hypot(nearX - x, nearY - y) > 14) {
      graphics.setStroke(new BasicStroke(0.8f));
      graphics.setPaint(label.colour());
      graphics.draw(new Line2D.Double(x, y, nearX, nearY));
    }
    graphics.setPaint(new Color(255, 255, 255, 200));
    graphics.fill(
        new Rectangle2D.Double(
            place.getX() - 2, place.getY(), place.getWidth() + 4, place.getHeight()));
    graphics.setPaint(label.colour());
    graphics.drawString(
        label.text(), (float) place.getX(), (float) (place.getY() + metrics.getAscent()));
  }

  private static Rectangle2D around(double x, double y, double radius) {
    return new Rectangle2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}
