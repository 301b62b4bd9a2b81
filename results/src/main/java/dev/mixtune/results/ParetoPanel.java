package dev.mixtune.results;

import java.awt.Color;
import java.awt.Paint;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.renderer.xy.XYStepRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** One panel of the Pareto plot: drop against size, or drop against latency. */
final class ParetoPanel {
  private final StudyView view;
  private final PlotWindow window;
  private final ToDoubleFunction<FrontierPoint> cost;
  private final ToDoubleFunction<StudyView.Candidate> candidateCost;
  private final double floatCost;

  private ParetoPanel(
      StudyView view,
      PlotWindow window,
      ToDoubleFunction<FrontierPoint> cost,
      ToDoubleFunction<StudyView.Candidate> candidateCost,
      double floatCost) {
    this.view = view;
    this.window = window;
    this.cost = cost;
    this.candidateCost = candidateCost;
    this.floatCost = floatCost;
  }

  static JFreeChart size(StudyView view, PlotWindow window) {
    ParetoPanel panel =
        new ParetoPanel(
            view,
            window,
            FrontierPoint::sizeBytes,
            StudyView.Candidate::sizeBytes,
            (double) view.frontier().reference().sizeBytes());
    ValueAxis axis = new SizeAxis("file size (log scale)", window.sizeLow(), window.sizeHigh());
    return panel.chart("Size", axis, p -> Figures.bytes(p.sizeBytes()));
  }

  static JFreeChart latency(StudyView view, PlotWindow window) {
    ParetoPanel panel =
        new ParetoPanel(
            view, window, FrontierPoint::latencyRatio, StudyView.Candidate::latencyRatio, 1);
    NumberAxis axis = new NumberAxis("time of one inference, relative to float");
    axis.setStandardTickUnits(PlotStyle.tickUnits());
    axis.setRange(window.latencyLow(), window.latencyHigh());
    String basis = LatencyBases.words(view.frontier());
    return panel.chart("Latency (" + basis + ")", axis, p -> Figures.ratio(p.latencyRatio()));
  }

  private JFreeChart chart(String title, ValueAxis axis, Function<FrontierPoint, String> quantity) {
    NumberAxis drops =
        new NumberAxis(
            "drop of "
                + Figures.plain(view.frontier().metric())
                + (view.frontier().reference().search().isShare()
                    ? " (percentage points)"
                    : " (points of 0.01)"));
    drops.setStandardTickUnits(PlotStyle.tickUnits());
    drops.setRange(window.dropLow(), window.dropHigh());
    style(axis);
    style(drops);
    XYPlot plot = new XYPlot(null, axis, drops, null);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PlotStyle.GRID);
    plot.setRangeGridlinePaint(PlotStyle.GRID);
    plot.setDomainGridlineStroke(PlotStyle.THIN);
    plot.setRangeGridlineStroke(PlotStyle.THIN);
    plot.setOutlineVisible(false);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    plot.setAxisOffset(new RectangleInsets(2, 2, 2, 2));
    addLines(plot);
    addFrontier(plot);
    addMarked(plot);
    plot.addAnnotation(labels(quantity));
    JFreeChart chart = new JFreeChart(null, PlotStyle.PANEL, plot, false);
    TextTitle heading = new TextTitle(title, PlotStyle.PANEL);
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    heading.setPaint(PlotStyle.INK);
    heading.setPadding(4, 8, 4, 0);
    chart.setTitle(heading);
    chart.setBackgroundPaint(Color.WHITE);
    return chart;
  }

  private static void style(ValueAxis axis) {
    axis.setLabelFont(PlotStyle.AXIS);
    axis.setLabelPaint(PlotStyle.INK);
    axis.setTickLabelFont(PlotStyle.TICK);
    axis.setTickLabelPaint(PlotStyle.FAINT_INK);
    axis.setAxisLinePaint(PlotStyle.FAINT_INK);
    axis.setTickMarkPaint(PlotStyle.FAINT_INK);
  }

  private void addLines(XYPlot plot) {
    plot.addRangeMarker(new ValueMarker(0, PlotStyle.FAINT_INK, PlotStyle.THIN), Layer.BACKGROUND);
    view.frontier()
        .absoluteLimit()
        .ifPresent(
            limit ->
                plot.addRangeMarker(
                    new ValueMarker(100 * limit, PlotStyle.LIMIT, PlotStyle.DASHED),
                    Layer.BACKGROUND));
  }

  private void addFrontier(XYPlot plot) {
    List<FrontierPoint> shown =
        view.frontier().points().stream().filter(p -> !window.above(p.search().drop())).toList();
    XYSeries steps = series();
    for (FrontierPoint point : envelope(shown)) {
      steps.add(cost.applyAsDouble(point), window.clip(point.search().drop()));
    }
    XYStepRenderer line = new XYStepRenderer();
    line.setDefaultShapesVisible(false);
    line.setSeriesPaint(0, PlotStyle.FRONTIER);
    line.setSeriesStroke(0, PlotStyle.LINE);
    line.addAnnotation(
        new CandidateCloud(
            view.evaluated().stream()
                .map(c -> new double[] {candidateCost.applyAsDouble(c), 100 * c.drop()})
                .toList(),
            window.dropHigh()),
        Layer.BACKGROUND);
    add(plot, steps, line);

    XYIntervalSeries bars = new XYIntervalSeries("frontier", false, true);
    for (FrontierPoint point : shown) {
      double x = cost.applyAsDouble(point);
      Interval interval = point.search().dropInterval();
      bars.add(
          x,
          x,
          x,
          window.clip(point.search().drop()),
          window.clip(interval.low()),
          window.clip(interval.high()));
    }
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    data.addSeries(bars);
    XYErrorRenderer errors = new XYErrorRenderer();
    errors.setDrawXError(false);
    errors.setErrorPaint(PlotStyle.FRONTIER_BAR);
    errors.setErrorStroke(PlotStyle.THIN);
    errors.setCapLength(4);
    errors.setSeriesShape(0, PlotStyle.dot(3.6));
    errors.setSeriesPaint(0, PlotStyle.FRONTIER);
    add(plot, data, errors);

    XYSeries above = series();
    view.frontier().points().stream()
        .filter(p -> window.above(p.search().drop()))
        .forEach(p -> above.add(cost.applyAsDouble(p), window.dropHigh()));
    add(plot, above, points(PlotStyle.triangle(4), PlotStyle.FRONTIER, true));
  }

  private void addMarked(XYPlot plot) {
    XYSeries uniform = series();
    XYSeries above = series();
    for (FrontierPoint point : view.frontier().uniforms()) {
      (window.above(point.search().drop()) ? above : uniform)
          .add(cost.applyAsDouble(point), window.clip(point.search().drop()));
    }
    add(plot, uniform, points(PlotStyle.diamond(6.5), PlotStyle.UNIFORM, true));
    add(plot, above, points(PlotStyle.triangle(6), PlotStyle.UNIFORM, true));
    XYSeries reference = series();
    reference.add(floatCost, 0);
    add(plot, reference, points(PlotStyle.square(5), PlotStyle.INK, false));
    XYSeries chosen = series();
    view.frontier()
        .chosen()
        .ifPresent(p -> chosen.add(cost.applyAsDouble(p), window.clip(p.search().drop())));
    add(plot, chosen, points(PlotStyle.star(11), PlotStyle.CHOSEN, true));
  }

  private PlotLabels labels(Function<FrontierPoint, String> quantity) {
    List<PlotLabels.Label> labels = new ArrayList<>();
    view.frontier()
        .chosen()
        .ifPresent(
            p -> labels.add(label(p, "chosen " + quantity.apply(p), PlotStyle.CHOSEN.darker())));
    for (FrontierPoint point : view.frontier().uniforms()) {
      String name = point.uniform() + " bit";
      labels.add(label(point, name, PlotStyle.UNIFORM.darker()));
    }
    labels.add(new PlotLabels.Label(floatCost, 0, "float", PlotStyle.INK));
    List<double[]> obstacles = new ArrayList<>();
    for (FrontierPoint point : view.frontier().points()) {
      obstacles.add(new double[] {cost.applyAsDouble(point), window.clip(point.search().drop())});
    }
    return new PlotLabels(labels, obstacles);
  }

  private PlotLabels.Label label(FrontierPoint point, String text, Color colour) {
    double drop = point.search().drop();
    String above = window.above(drop) ? " \u2191 " + Figures.points(drop) : "";
    return new PlotLabels.Label(cost.applyAsDouble(point), window.clip(drop), text + above, colour);
  }

  /** The points that no other beats in this panel's two quantities, by rising cost. */
  private List<FrontierPoint> envelope(List<FrontierPoint> points) {
    List<FrontierPoint> sorted = new ArrayList<>(points);
    sorted.sort(
        Comparator.comparingDouble(cost)
            .thenComparingDouble(point -> point.search().drop())
            .thenComparing(FrontierPoint::id));
    List<FrontierPoint> envelope = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (FrontierPoint point : sorted) {
      if (point.search().drop() < least) {
        least = point.search().drop();
        envelope.add(point);
      }
    }
    return envelope;
  }

  private static XYSeries series() {
    return new XYSeries("", false, true);
  }

  private static XYLineAndShapeRenderer points(Shape shape, Paint paint, boolean filled) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    renderer.setSeriesShape(0, shape);
    renderer.setSeriesPaint(0, paint);
    renderer.setDefaultShapesFilled(filled);
    renderer.setSeriesOutlineStroke(0, PlotStyle.LINE);
    return renderer;
  }

  private static void add(XYPlot plot, XYSeries series, XYItemRenderer renderer) {
    XYSeriesCollection data = new XYSeriesCollection();
    data.addSeries(series);
    add(plot, data, renderer);
  }

  private static void add(XYPlot plot, XYDataset data, XYItemRenderer renderer) {
    int index = plot.getDatasetCount();
    plot.setDataset(index, data);
    plot.setRenderer(index, renderer);
  }
}
