package dev.mixtune.results;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYLineAnnotation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Predicted against measured latency, for studies that have both. */
public final class PredictionPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 600;
  private static final int MARGIN = 24;

  private final Frontier frontier;
  private final List<FrontierPoint> points;

  private PredictionPlot(Frontier frontier, List<FrontierPoint> points) {
    this.frontier = frontier;
    this.points = points;
  }

  /** A plot of this study; empty when no plan was both predicted and measured. */
  public static Optional<PredictionPlot> of(Frontier frontier) {
    List<FrontierPoint> both = ReportCharts.predictedAndMeasured(frontier);
    return both.isEmpty() ? Optional.empty() : Optional.of(new PredictionPlot(frontier, both));
  }

  /** At 300 dots per inch. */
  public byte[] png() {
    return drawing().png(Drawing.PAPER_SCALE);
  }

  /** The same as a drawing, in UTF-8. */
  public byte[] svg() {
    return drawing().svg();
  }

  private Drawing drawing() {
    return new Drawing(WIDTH, HEIGHT, this::paint);
  }

  private void paint(Graphics2D graphics) {
    graphics.setPaint(PlotStyle.INK);
    graphics.setFont(PlotStyle.TITLE);
    graphics.drawString(
        Figures.plain(frontier.task())
            + " on "
            + Figures.plain(frontier.target().name())
            + ": latency",
        MARGIN,
        32);
    graphics.setPaint(PlotStyle.FAINT_INK);
    graphics.setFont(PlotStyle.SUBTITLE);
    String words = ReportCharts.agreement(points);
    graphics.drawString(words.substring(0, words.indexOf(". ") + 1), MARGIN, 54);
    chart().draw(graphics, new Rectangle2D.Double(MARGIN - 8, 66, WIDTH - 40, HEIGHT - 76));
  }

  private JFreeChart chart() {
    double low = figures().min().orElseThrow();
    double high = figures().max().orElseThrow();
    double margin = Math.max(0.08 * (high - low), 0.02 * high);
    double from = Math.max(0, low - margin);
    NumberAxis across = axis("measured, milliseconds per inference", from, high + margin);
    NumberAxis up = axis("predicted, milliseconds per inference", from, high + margin);
    XYPlot plot = new XYPlot(null, across, up, null);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PlotStyle.GRID);
    plot.setRangeGridlinePaint(PlotStyle.GRID);
    plot.setOutlineVisible(false);
    plot.addAnnotation(
        new XYLineAnnotation(
            from, from, high + margin, high + margin, PlotStyle.DASHED, PlotStyle.FAINT_INK));
    add(
        plot,
        points.stream().filter(p -> !special(p)).toList(),
        PlotStyle.dot(4),
        PlotStyle.FRONTIER);
    add(
        plot,
        points.stream().filter(p -> p.uniform() != null && !p.chosen()).toList(),
        PlotStyle.diamond(6),
        PlotStyle.UNIFORM);
    add(
        plot,
        points.stream().filter(FrontierPoint::chosen).toList(),
        PlotStyle.star(10),
        PlotStyle.CHOSEN);
    JFreeChart chart = new JFreeChart(null, PlotStyle.PANEL, plot, false);
    chart.setBackgroundPaint(Color.WHITE);
    return chart;
  }

  private static boolean special(FrontierPoint point) {
    return point.chosen() || point.uniform() != null;
  }

  private DoubleStream figures() {
    return points.stream().flatMapToDouble(p -> DoubleStream.of(p.latencyMs(), predicted(p)));
  }

  private static double predicted(FrontierPoint point) {
    Double predicted = point.predictedLatencyMs();
    return predicted == null ? point.latencyMs() : predicted;
  }

  private static NumberAxis axis(String label, double low, double high) {
    NumberAxis axis = new NumberAxis(label);
    axis.setStandardTickUnits(PlotStyle.tickUnits());
    axis.setRange(low, high);
    axis.setLabelFont(PlotStyle.AXIS);
    axis.setTickLabelFont(PlotStyle.TICK);
    axis.setTickLabelPaint(PlotStyle.FAINT_INK);
    return axis;
  }

  private static void add(XYPlot plot, List<FrontierPoint> some, Shape shape, Color colour) {
    XYIntervalSeries series = new XYIntervalSeries("", false, true);
    for (FrontierPoint point : some) {
      double error = point.latencyMs() * point.latencyRelativeError();
      double y = predicted(point);
      series.add(point.latencyMs(), point.latencyMs() - error, point.latencyMs() + error, y, y, y);
    }
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    data.addSeries(series);
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDrawYError(false);
    renderer.setErrorPaint(colour);
    renderer.setErrorStroke(PlotStyle.THIN);
    renderer.setSeriesShape(0, shape);
    renderer.setSeriesPaint(0, colour);
    int index = plot.getDatasetCount();
    plot.setDataset(index, data);
    plot.setRenderer(index, renderer);
  }
}
