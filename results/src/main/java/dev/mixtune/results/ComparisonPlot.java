package dev.mixtune.results;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.renderer.xy.XYStepRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Two frontiers on the same axes, with their intervals and chosen plans. Shapes and strokes differ
 * as well as colours. The same studies give the same drawing.
 */
public final class ComparisonPlot {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 540;
  private static final int MARGIN = 24;

  private final Frontier first;
  private final Frontier second;
  private final PlotWindow window;

  /** A plot of these studies; they are called A and B. */
  public ComparisonPlot(Frontier first, Frontier second) {
    this.first = first;
    this.second = second;
    PlotWindow a = PlotWindow.of(new StudyView(first, List.of()));
    PlotWindow b = PlotWindow.of(new StudyView(second, List.of()));
    double[] sizes = span(FrontierPoint::sizeBytes);
    double[] ratios = span(FrontierPoint::latencyRatio);
    double factor = Math.max(1.05, Math.pow(sizes[1] / sizes[0], 0.08));
    double margin = Math.max(0.08 * (ratios[1] - ratios[0]), 0.03 * ratios[1]);
    this.window =
        new PlotWindow(
            Math.min(a.dropLow(), b.dropLow()),
            Math.max(a.dropHigh(), b.dropHigh()),
            sizes[0] / factor,
            sizes[1] * factor,
            Math.max(0, ratios[0] - margin),
            ratios[1] + margin);
  }

  /** What the points of both span: the float model lies far away and would squeeze them. */
  private double[] span(ToDoubleFunction<FrontierPoint> cost) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Frontier frontier : List.of(first, second)) {
      for (FrontierPoint point : frontier.points()) {
        low = Math.min(low, cost.applyAsDouble(point));
        high = Math.max(high, cost.applyAsDouble(point));
      }
    }
    return high > 0 ? new double[] {low, high} : new double[] {1, 2};
  }

  /** At 300 dots per inch, 8 inches wide. */
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
    graphics.setFont(PlotStyle.TITLE);
    graphics.setPaint(PlotStyle.INK);
    graphics.drawString("Two studies of one model, drop on their search splits", MARGIN, 32);
    double y = 52;
    for (Side side : sides()) {
      graphics.setPaint(side.colour());
      graphics.setFont(PlotStyle.LABEL);
      graphics.fill(
          java.awt.geom.AffineTransform.getTranslateInstance(MARGIN + 6, y - 5)
              .createTransformedShape(side.shape()));
      graphics.setPaint(PlotStyle.INK);
      graphics.setFont(PlotStyle.SUBTITLE);
      graphics.drawString(side.name() + ": " + words(side.frontier()), MARGIN + 20, (float) y);
      y += 18;
    }
    double half = (WIDTH - 2.0 * MARGIN + 16) / 2;
    panel("Size", sizes(), FrontierPoint::sizeBytes)
        .draw(graphics, new Rectangle2D.Double(MARGIN - 8, y - 8, half - 8, HEIGHT - y));
    panel("Latency", latencies(), FrontierPoint::latencyRatio)
        .draw(graphics, new Rectangle2D.Double(MARGIN + half, y - 8, half - 8, HEIGHT - y));
  }

  private static String words(Frontier frontier) {
    return Figures.plain(frontier.task())
        + " on "
        + Figures.plain(frontier.target().name())
        + " ("
        + LatencyBases.words(frontier)
        + "), "
        + Figures.count(frontier.evaluations(), "plan")
        + " evaluated, seed "
        + frontier.seed();
  }

  private record Side(
      String name, Frontier frontier, Color colour, Shape shape, java.awt.Stroke stroke) {}

  private List<Side> sides() {
    return List.of(
        new Side("A", first, PlotStyle.FRONTIER, PlotStyle.dot(4), PlotStyle.LINE),
        new Side("B", second, PlotStyle.UNIFORM, PlotStyle.diamond(5), PlotStyle.DASHED));
  }

  private ValueAxis sizes() {
    return new SizeAxis("file size (log scale)", window.sizeLow(), window.sizeHigh());
  }

  private ValueAxis latencies() {
    NumberAxis axis = new NumberAxis("time of one inference, relative to float");
    axis.setStandardTickUnits(PlotStyle.tickUnits());
    axis.setRange(window.latencyLow(), window.latencyHigh());
    return axis;
  }

  private JFreeChart panel(String title, ValueAxis axis, ToDoubleFunction<FrontierPoint> cost) {
    NumberAxis drops = new NumberAxis("drop of " + Figures.plain(first.metric()) + " (points)");
    drops.setStandardTickUnits(PlotStyle.tickUnits());
    drops.setRange(window.dropLow(), window.dropHigh());
    for (ValueAxis each : List.of(axis, drops)) {
      each.setLabelFont(PlotStyle.AXIS);
      each.setTickLabelFont(PlotStyle.TICK);
      each.setTickLabelPaint(PlotStyle.FAINT_INK);
    }
    XYPlot plot = new XYPlot(null, axis, drops, null);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PlotStyle.GRID);
    plot.setRangeGridlinePaint(PlotStyle.GRID);
    plot.setOutlineVisible(false);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    plot.addRangeMarker(new ValueMarker(0, PlotStyle.FAINT_INK, PlotStyle.THIN), Layer.BACKGROUND);
    List<PlotLabels.Label> labels = new ArrayList<>();
    for (Side side : sides()) {
      add(plot, side, cost);
      side.frontier()
          .chosen()
          .ifPresent(
              p ->
                  labels.add(
                      new PlotLabels.Label(
                          cost.applyAsDouble(p),
                          window.clip(p.search().drop()),
                          side.name() + " chosen",
                          side.colour().darker())));
    }
    plot.addAnnotation(new PlotLabels(labels, List.of()));
    JFreeChart chart = new JFreeChart(null, PlotStyle.PANEL, plot, false);
    TextTitle heading = new TextTitle(title, PlotStyle.PANEL);
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    heading.setPadding(4, 8, 4, 0);
    chart.setTitle(heading);
    chart.setBackgroundPaint(Color.WHITE);
    return chart;
  }

  private void add(XYPlot plot, Side side, ToDoubleFunction<FrontierPoint> cost) {
    List<FrontierPoint> points =
        side.frontier().points().stream()
            .filter(point -> !window.above(point.search().drop()))
            .sorted(
                Comparator.comparingDouble(cost)
                    .thenComparingDouble(point -> point.search().drop()))
            .toList();
    XYSeries steps = new XYSeries("", false, true);
    XYIntervalSeries bars = new XYIntervalSeries("", false, true);
    double least = Double.POSITIVE_INFINITY;
    for (FrontierPoint point : points) {
      double x = cost.applyAsDouble(point);
      Interval interval = point.search().dropInterval();
      double drop = window.clip(point.search().drop());
      bars.add(x, x, x, drop, window.clip(interval.low()), window.clip(interval.high()));
      if (point.search().drop() < least) {
        least = point.search().drop();
        steps.add(x, drop);
      }
    }
    XYStepRenderer line = new XYStepRenderer();
    line.setDefaultShapesVisible(false);
    line.setSeriesPaint(0, side.colour());
    line.setSeriesStroke(0, side.stroke());
    XYSeriesCollection stairs = new XYSeriesCollection();
    stairs.addSeries(steps);
    put(plot, stairs, line);
    XYErrorRenderer errors = new XYErrorRenderer();
    errors.setDrawXError(false);
    Color faint =
        new Color(side.colour().getRed(), side.colour().getGreen(), side.colour().getBlue(), 0x50);
    errors.setErrorPaint(faint);
    errors.setErrorStroke(PlotStyle.THIN);
    errors.setSeriesShape(0, side.shape());
    errors.setSeriesPaint(0, side.colour());
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    data.addSeries(bars);
    put(plot, data, errors);
    XYSeries chosen = new XYSeries("", false, true);
    side.frontier()
        .chosen()
        .ifPresent(p -> chosen.add(cost.applyAsDouble(p), window.clip(p.search().drop())));
    XYLineAndShapeRenderer star = new XYLineAndShapeRenderer(false, true);
    star.setSeriesShape(0, PlotStyle.star(11));
    star.setSeriesPaint(0, side.colour().darker());
    XYSeriesCollection one = new XYSeriesCollection();
    one.addSeries(chosen);
    put(plot, one, star);
  }

  private static void put(
      XYPlot plot, XYDataset data, org.jfree.chart.renderer.xy.XYItemRenderer renderer) {
    int index = plot.getDatasetCount();
    plot.setDataset(index, data);
    plot.setRenderer(index, renderer);
  }
}
