package dev.mixtune.results;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;

/**
 * All evaluated plans as one faint shape. One shape, because a drawing with an element for each of
 * thousands of dots would be many megabytes.
 */
final class CandidateCloud extends AbstractXYAnnotation {
  private static final long serialVersionUID = 1L;

  private final transient List<double[]> points;
  private final double top;

  /**
   * @param points cost and drop in the units of the axes
   * @param top drops above it are drawn as triangles at it
   */
  CandidateCloud(List<double[]> points, double top) {
    this.points = List.copyOf(points);
    this.top = top;
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
    Shape dot = PlotStyle.diamond(2.4);
    Shape triangle = PlotStyle.triangle(2.6);
    Path2D cloud = new Path2D.Double(Path2D.WIND_NON_ZERO);
    for (double[] point : points) {
      double x = domain.valueToJava2D(point[0], area, plot.getDomainAxisEdge());
      double y = range.valueToJava2D(Math.min(top, point[1]), area, plot.getRangeAxisEdge());
      Shape shape = point[1] > top ? triangle : dot;
      cloud.append(AffineTransform.getTranslateInstance(x, y).createTransformedShape(shape), false);
    }
    graphics.setPaint(PlotStyle.CANDIDATE);
    graphics.fill(cloud);
  }
}
