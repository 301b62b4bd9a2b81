package dev.mixtune.results;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Damage per layer and width, one row per layer, on a logarithmic scale. As tall as the number of
 * layers asks for.
 */
public final class SensitivityPlot {
  private static final int WIDTH = 1000;
  private static final int ROW = 20;
  private static final int FRAME = 130;
  private static final int LONGEST_NAME = 44;

  /** Damages of nothing or next to nothing are drawn this far below the least one that is not. */
  private static final double FLOOR_FACTOR = 0.3;

  private final List<String> layers;
  private final SensitivityMap sensitivity;

  /**
   * @param layerNames in the order of the layers
   */
  public SensitivityPlot(List<String> layerNames, SensitivityMap sensitivity) {
    this.layers = List.copyOf(layerNames);
    this.sensitivity = sensitivity;
  }

  /** 2000 pixels wide, 40 per layer high. */
  public byte[] png() {
    return drawing().png(Drawing.PAPER_SCALE);
  }

  /** The same as a drawing, in UTF-8. */
  public byte[] svg() {
    return drawing().svg();
  }

  private Drawing drawing() {
    int height = FRAME + ROW * Math.max(4, layers.size());
    return new Drawing(WIDTH, height, graphics -> paint(graphics, height));
  }

  private void paint(Graphics2D graphics, int height) {
    chart().draw(graphics, new Rectangle2D.Double(8, 8, WIDTH - 24, height - 16));
  }

  private JFreeChart chart() {
    double least =
        sensitivity.cells().stream()
            .mapToDouble(SensitivityMap.Cell::damage)
            .filter(damage -> damage > 0)
            .min()
            .orElse(1e-6);
    double most =
        sensitivity.cells().stream().mapToDouble(SensitivityMap.Cell::damage).max().orElse(1);
    double floor = FLOOR_FACTOR * least;
    LogAxis damages = new LogAxis(sensitivity.measure() + " (log scale)");
    damages.setRange(0.7 * floor, 1.6 * Math.max(most, 10 * least));
    damages.setTickUnit(
        new NumberTickUnit(
            1, new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT))));
    String[] names = layers.stream().map(SensitivityPlot::shortName).toArray(String[]::new);
    SymbolAxis rows = new SymbolAxis("", names);
    rows.setInverted(true);
    rows.setRange(-0.6, Math.max(4, layers.size()) - 0.4);
    rows.setTickUnit(new NumberTickUnit(1));
    rows.setGridBandsVisible(false);
    XYPlot plot = new XYPlot(null, damages, rows, null);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PlotStyle.GRID);
    plot.setRangeGridlinePaint(PlotStyle.GRID);
    plot.setOutlineVisible(false);
    plot.setRangeAxisLocation(AxisLocation.TOP_OR_LEFT);
    style(damages, rows);
    plot.setFixedLegendItems(addWidths(plot, floor));
    JFreeChart chart = new JFreeChart(null, PlotStyle.PANEL, plot, true);
    TextTitle title =
        new TextTitle(
            "What each layer costs at each width, all other layers float ("
                + Figures.count(sensitivity.samples(), "sample")
                + ")",
            PlotStyle.PANEL);
    title.setHorizontalAlignment(HorizontalAlignment.LEFT);
    title.setPadding(6, 12, 8, 0);
    chart.setTitle(title);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getLegend().setItemFont(PlotStyle.SUBTITLE);
    chart.getLegend().setFrame(BlockBorder.NONE);
    return chart;
  }

  private static void style(LogAxis damages, SymbolAxis rows) {
    damages.setLabelFont(PlotStyle.AXIS);
    damages.setTickLabelFont(PlotStyle.TICK);
    damages.setTickLabelPaint(PlotStyle.FAINT_INK);
    rows.setTickLabelFont(PlotStyle.TICK);
    rows.setTickLabelPaint(PlotStyle.INK);
  }

  private LegendItemCollection addWidths(XYPlot plot, double floor) {
    Map<Integer, XYSeries> byWidth = new LinkedHashMap<>();
    TreeSet<Integer> widths = new TreeSet<>();
    sensitivity.cells().forEach(cell -> widths.add(cell.bits()));
    widths.forEach(bits -> byWidth.put(bits, new XYSeries(bits + " bits", false, true)));
    for (SensitivityMap.Cell cell : sensitivity.cells()) {
      XYSeries series = byWidth.get(cell.bits());
      if (series != null && cell.layer() < layers.size()) {
        series.add(Math.max(floor, cell.damage()), cell.layer());
      }
    }
    LegendItemCollection legend = new LegendItemCollection();
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    for (Map.Entry<Integer, XYSeries> entry : byWidth.entrySet()) {
      int index = data.getSeriesCount();
      data.addSeries(entry.getValue());
      Color colour = PlotStyle.width(entry.getKey());
      Shape shape = shape(entry.getKey());
      renderer.setSeriesPaint(index, colour);
      renderer.setSeriesShape(index, shape);
      legend.add(new LegendItem(entry.getKey() + " bits", null, null, null, shape, colour));
    }
    plot.setDataset(data);
    plot.setRenderer(renderer);
    return legend;
  }

  private static Shape shape(int bits) {
    return switch (bits) {
      case 2 -> PlotStyle.diamond(5.5);
      case 4 -> PlotStyle.dot(4.5);
      case 8 -> PlotStyle.square(4);
      default -> PlotStyle.star(6);
    };
  }

  /** Names of nodes end in what tells them apart. */
  private static String shortName(String name) {
    String plain = Figures.plain(name);
    if (plain.length() <= LONGEST_NAME) {
      return plain;
    }
    int start = plain.length() - LONGEST_NAME + 1;
    boolean splitsPair = Character.isLowSurrogate(plain.charAt(start));
    return "\u2026" + plain.substring(splitsPair ? start + 1 : start);
  }
}
