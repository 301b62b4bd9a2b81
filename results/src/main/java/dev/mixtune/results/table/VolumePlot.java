package dev.mixtune.results.table;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;

/** Hypervolume against evaluations, one line per search. */
public final class VolumePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 600;
  private static final int PER_CENT = 100;

  /** Told apart by people who see few colours (Okabe and Ito). */
  private static final int[] COLOURS = {
    0x999999, 0xE69F00, 0x56B4E9, 0x009E73, 0xCC79A7, 0xF0E442, 0x0072B2, 0xD55E00
  };

  private VolumePlot() {}

  /**
   * The plot as PNG.
   *
   * @param lines for each search its numbers of evaluations and its shares of the best known
   *     hypervolume, 0..1; the last one is drawn boldest
   */
  public static byte[] png(String title, Map<String, double[][]> lines) throws IOException {
    DefaultXYDataset data = new DefaultXYDataset();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    int series = 0;
    for (Map.Entry<String, double[][]> line : lines.entrySet()) {
      double[][] shares = {line.getValue()[0], line.getValue()[1].clone()};
      for (int i = 0; i < shares[1].length; i++) {
        shares[1][i] *= PER_CENT;
      }
      data.addSeries(line.getKey(), shares);
      boolean last = series == lines.size() - 1;
      renderer.setSeriesPaint(
          series, new Color(COLOURS[last ? COLOURS.length - 1 : series % (COLOURS.length - 1)]));
      renderer.setSeriesStroke(series, new BasicStroke(last ? 3 : 1.5f));
      series++;
    }
    JFreeChart chart =
        ChartFactory.createXYLineChart(
            title, "unique evaluations", "hypervolume, % of the best known front", data);
    XYPlot plot = chart.getXYPlot();
    plot.setRenderer(renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    BufferedImage image = chart.createBufferedImage(WIDTH, HEIGHT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
