package dev.mixtune.results;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;

/**
 * The Pareto plot: drop against file size and drop against latency, side by side, with the frontier
 * and its paired intervals, the uniform plans, the chosen plan, the float model and the limit.
 *
 * <p>Drops far above the limit are drawn at the upper edge. The same study gives the same drawing.
 */
public final class ParetoPlot {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 540;
  private static final int MARGIN = 24;

  private final StudyView view;

  /** A plot of this study. */
  public ParetoPlot(StudyView view) {
    this.view = view;
  }

  /** 2400 x 1080 pixels: 8 inches wide at 300 dots per inch. */
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
    PlotWindow window = PlotWindow.of(view);
    line(graphics, title(), PlotStyle.TITLE, PlotStyle.INK, 32);
    line(graphics, subtitle(), PlotStyle.SUBTITLE, PlotStyle.FAINT_INK, 54);
    String speed = SpeedByWidth.sentence(view.frontier()).orElse("");
    line(graphics, speed, PlotStyle.SUBTITLE, PlotStyle.FAINT_INK, 73);
    double top = speed.isEmpty() ? 62 : 81;
    double bottom = HEIGHT - 36;
    double half = (WIDTH - 2.0 * MARGIN + 16) / 2;
    draw(graphics, ParetoPanel.size(view, window), MARGIN - 8, top, half - 8, bottom - top);
    draw(
        graphics,
        ParetoPanel.latency(view, window),
        MARGIN - 8 + half + 8,
        top,
        half - 8,
        bottom - top);
    legend(graphics, HEIGHT - 16);
  }

  private static void draw(
      Graphics2D graphics, JFreeChart chart, double x, double y, double width, double height) {
    chart.draw(graphics, new Rectangle2D.Double(x, y, width, height));
  }

  private String title() {
    Frontier frontier = view.frontier();
    return Figures.plain(frontier.task())
        + " on "
        + Figures.plain(frontier.target().name())
        + ": bits per layer, "
        + Figures.count(view.evaluated().size(), "plan")
        + " evaluated";
  }

  private String subtitle() {
    Frontier frontier = view.frontier();
    Frontier.Deployment deployment = frontier.latency();
    return String.format(
        Locale.ROOT,
        "Drop on %s of the search split, bars: paired %s intervals. Latency %s, batch %d, %s.",
        Figures.count(frontier.reference().search().samples(), "sample"),
        Figures.confidence(frontier.limit().confidence()),
        LatencyBases.words(frontier),
        deployment.batch(),
        Figures.count(deployment.threads(), "thread"));
  }

  /** One line of text, made smaller where it is too long for the drawing. */
  private static void line(
      Graphics2D graphics, String text, Font font, Color colour, int baseline) {
    if (text.isEmpty()) {
      return;
    }
    double width = graphics.getFontMetrics(font).stringWidth(text);
    double room = WIDTH - 2.0 * MARGIN;
    graphics.setFont(
        width <= room ? font : font.deriveFont((float) (font.getSize() * room / width)));
    graphics.setPaint(colour);
    graphics.drawString(text, MARGIN, baseline);
  }

  private record Key(Shape shape, Paint paint, boolean filled, String text) {}

  private List<Key> keys() {
    List<Key> keys = new ArrayList<>();
    keys.add(new Key(PlotStyle.dot(4), PlotStyle.FRONTIER, true, "frontier"));
    if (view.frontier().chosen().isPresent()) {
      keys.add(new Key(PlotStyle.star(9), PlotStyle.CHOSEN, true, "chosen plan"));
    }
    if (!view.frontier().uniforms().isEmpty()) {
      keys.add(
          new Key(PlotStyle.diamond(6), PlotStyle.UNIFORM, true, "every layer at the same bits"));
    }
    keys.add(new Key(PlotStyle.square(5), PlotStyle.INK, false, "float model"));
    if (!view.evaluated().isEmpty()) {
      keys.add(new Key(PlotStyle.dot(3), PlotStyle.CANDIDATE, true, "evaluated plan"));
    }
    Shape above =
        AffineTransform.getTranslateInstance(0, -4).createTransformedShape(PlotStyle.triangle(5));
    keys.add(new Key(above, PlotStyle.FAINT_INK, true, "drop above the plot"));
    view.frontier()
        .absoluteLimit()
        .ifPresent(
            limit ->
                keys.add(
                    new Key(
                        new Line2D.Double(-9, 0, 9, 0),
                        PlotStyle.LIMIT,
                        false,
                        "limit " + Figures.points(limit))));
    return keys;
  }

  private void legend(Graphics2D graphics, int baseline) {
    graphics.setFont(PlotStyle.SUBTITLE);
    double gap = 26;
    double x = MARGIN + 14;
    for (Key key : keys()) {
      AffineTransform there = AffineTransform.getTranslateInstance(x, baseline - 4.5);
      graphics.setPaint(key.paint());
      graphics.setStroke(key.shape() instanceof Line2D ? PlotStyle.DASHED : PlotStyle.LINE);
      Shape shape = there.createTransformedShape(key.shape());
      if (key.filled()) {
        graphics.fill(shape);
      } else {
        graphics.draw(shape);
      }
      graphics.setPaint(PlotStyle.INK);
      graphics.drawString(key.text(), (float) (x + 14), baseline);
      x += 14 + graphics.getFontMetrics().stringWidth(key.text()) + gap;
    }
  }
}
