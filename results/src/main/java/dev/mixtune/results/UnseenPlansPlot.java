package dev.mixtune.results;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Predicted against measured latency of plans that the model had not seen, beside the sum over
 * layers, between lines of 10 % error.
 */
public final class UnseenPlansPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 720;
  private static final int SCALE = 2;
  private static final double TENTH = 0.1;

  private final String title;
  private final String subtitle;
  private final List<Point> points;

  /**
   * One plan; all figures are shares of the float model's time.
   *
   * @param measured the time
   * @param predicted by the model with boundaries
   * @param additive by the sum over layers
   */
  public record Point(double measured, double predicted, double additive) {
    public Point {
      Numbers.requirePositive("measured", measured);
      Numbers.requirePositive("predicted", predicted);
      Numbers.requirePositive("additive", additive);
    }
  }

  /**
   * @param subtitle what the errors are, in words
   * @param points at least one
   */
  public UnseenPlansPlot(String title, String subtitle, List<Point> points) {
    this.title = title;
    this.subtitle = subtitle;
    this.points = List.copyOf(points);
  }

  /** 1520 x 1440 pixels. */
  public byte[] png() {
    return new Drawing(WIDTH, HEIGHT, this::paint).png(SCALE);
  }

  /** The same as a drawing, in UTF-8. */
  public byte[] svg() {
    return new Drawing(WIDTH, HEIGHT, this::paint).svg();
  }

  private void paint(Graphics2D graphics) {
    chart().draw(graphics, new Rectangle2D.Double(8, 8, WIDTH - 24, HEIGHT - 16));
  }

  private JFreeChart chart() {
    double[] all =
        points.stream()
            .flatMapToDouble(p -> DoubleStream.of(p.measured(), p.predicted(), p.additive()))
            .toArray();
    double low = 0.95 * DoubleStream.of(all).min().orElse(0);
    double high = 1.05 * DoubleStream.of(all).max().orElse(1);
    XYPlot plot =
        new XYPlot(
            null,
            axis("measured time, relative to float", low, high),
            axis("predicted time, relative to float", low, high),
            null);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PlotStyle.GRID);
    plot.setRangeGridlinePaint(PlotStyle.GRID);
    plot.setOutlineVisible(false);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    lines(plot, low, high);
    dots(plot);
    JFreeChart chart = new JFreeChart(title, PlotStyle.TITLE, plot, /* createLegend= */ true);
    chart.addSubtitle(0, heading(subtitle));
    chart.getTitle().setHorizontalAlignment(HorizontalAlignment.LEFT);
    chart.getTitle().setPaint(PlotStyle.INK);
    chart.getLegend().setFrame(BlockBorder.NONE);
    chart.getLegend().setItemFont(PlotStyle.SUBTITLE);
    chart.setBackgroundPaint(Color.WHITE);
    return chart;
  }

  private static TextTitle heading(String text) {
    TextTitle heading = new TextTitle(text, PlotStyle.SUBTITLE);
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    heading.setPaint(PlotStyle.FAINT_INK);
    return heading;
  }

  private static NumberAxis axis(String label, double low, double high) {
    NumberAxis axis = new NumberAxis(label);
    axis.setStandardTickUnits(PlotStyle.tickUnits());
    axis.setRange(low, high);
    axis.setLabelFont(PlotStyle.AXIS);
    axis.setTickLabelFont(PlotStyle.TICK);
    return axis;
  }

  private static void lines(XYPlot plot, double low, double high) {
    XYSeriesCollection lines = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    for (double factor : new double[] {1, 1 - TENTH, 1 + TENTH}) {
      XYSeries line = new XYSeries("x " + factor);
      line.add(low, factor * low);
      line.add(high, factor * high);
      int series = lines.getSeriesCount();
      lines.addSeries(line);
      renderer.setSeriesPaint(series, factor == 1 ? PlotStyle.FAINT_INK : PlotStyle.LIMIT);
      renderer.setSeriesStroke(series, factor == 1 ? PlotStyle.THIN : PlotStyle.DASHED);
      renderer.setSeriesVisibleInLegend(series, false);
    }
    plot.setDataset(0, lines);
    plot.setRenderer(0, renderer);
  }

  private void dots(XYPlot plot) {
    XYSeries additive = new XYSeries("sum over layers");
    XYSeries predicted = new XYSeries("with boundaries, as used");
    for (Point point : points) {
      additive.add(point.measured(), point.additive());
      predicted.add(point.measured(), point.predicted());
    }
    XYSeriesCollection dots = new XYSeriesCollection();
    dots.addSeries(additive);
    dots.addSeries(predicted);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    renderer.setSeriesShape(0, PlotStyle.dot(3));
    renderer.setSeriesPaint(0, PlotStyle.CANDIDATE);
    renderer.setSeriesShape(1, PlotStyle.dot(3.5));
    renderer.setSeriesPaint(1, PlotStyle.FRONTIER);
    plot.setDataset(1, dots);
    plot.setRenderer(1, renderer);
  }
}
