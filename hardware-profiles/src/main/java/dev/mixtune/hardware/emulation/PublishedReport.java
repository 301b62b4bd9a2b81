package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Published figures beside predicted ones.
 *
 * <p>Where the publisher does not say how many threads ran, both one and four are predicted and the
 * nearer one is compared; such a row is marked, and left out of the stricter median.
 */
final class PublishedReport {

  /**
   * One published figure with its prediction.
   *
   * @param figure the figure
   * @param threads the threads that are compared
   * @param millis the prediction at these threads
   * @param otherMillis the prediction at the other number of threads; empty where it is known
   */
  record Row(PublishedFigure figure, int threads, double millis, Optional<Double> otherMillis) {
    double ratio() {
      return millis / figure.millis();
    }

    boolean isInferred() {
      return figure.threads() == 0;
    }
  }

  /** How many times INT8 is faster than float, published and predicted. */
  record SpeedUp(String device, String network, double published, double predicted, boolean check) {
    double ratio() {
      return predicted / published;
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final List<SpeedUp> speedUps = new ArrayList<>();
  private final PeakShares calibration;

  /**
   * @param model predicts with the counts of a Cortex-A76
   * @param figures what was published
   */
  PublishedReport(PublishedModel model, List<PublishedFigure> figures) {
    this.calibration = model.calibrated(figures);
    for (PublishedFigure figure : figures) {
      rows.add(row(model, figure));
    }
    for (Row integer : rows) {
      if (integer.figure().integer()) {
        floatOf(integer).ifPresent(f -> speedUps.add(speedUp(f, integer)));
      }
    }
  }

  private Row row(PublishedModel model, PublishedFigure figure) {
    if (figure.threads() > 0) {
      double millis = model.millis(figure, figure.threads(), calibration);
      return new Row(figure, figure.threads(), millis, Optional.empty());
    }
    double one = model.millis(figure, 1, calibration);
    double all = model.millis(figure, PublishedFigure.ALL_CORES, calibration);
    boolean oneIsNearer =
        Math.abs(Math.log(one / figure.millis())) < Math.abs(Math.log(all / figure.millis()));
    return oneIsNearer
        ? new Row(figure, 1, one, Optional.of(all))
        : new Row(figure, PublishedFigure.ALL_CORES, all, Optional.of(one));
  }

  private Optional<Row> floatOf(Row integer) {
    return rows.stream()
        .filter(row -> !row.figure().integer())
        .filter(row -> row.figure().network().equals(integer.figure().network()))
        .filter(row -> row.figure().device().equals(integer.figure().device()))
        .findFirst();
  }

  private static SpeedUp speedUp(Row floats, Row integer) {
    return new SpeedUp(
        integer.figure().device(),
        integer.figure().network(),
        floats.figure().millis() / integer.figure().millis(),
        floats.millis() / integer.millis(),
        floats.figure().isCheck() || integer.figure().isCheck());
  }

  PeakShares calibration() {
    return calibration;
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  List<SpeedUp> speedUps() {
    return List.copyOf(speedUps);
  }

  /** Median of predicted by published time over figures that calibrated nothing. */
  double medianRatio(boolean onlyKnownThreads) {
    return median(
        rows.stream()
            .filter(row -> row.figure().isCheck())
            .filter(row -> !onlyKnownThreads || !row.isInferred())
            .mapToDouble(Row::ratio)
            .toArray());
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int n = values.length;
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  }

  /** The tables, as Markdown. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("| device | network | precision | threads | published ms | predicted ms | ratio | |");
    lines.add("|---|---|---|---|---|---|---|---|");
    for (Row row : rows) {
      lines.add(line(row));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Median ratio of the figures that calibrated nothing: %.2f; of those whose threads are"
                + " known: %.2f.",
            medianRatio(false),
            medianRatio(true)));
    lines.add("");
    lines.add("| device | network | float/INT8 published | predicted | ratio | |");
    lines.add("|---|---|---|---|---|---|");
    for (SpeedUp s : speedUps) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.2f | %.2f | %.2f | %s |",
              s.device(),
              s.network(),
              s.published(),
              s.predicted(),
              s.ratio(),
              s.check() ? "" : "calibrates"));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Chosen so that the figures marked so are met: share of the peak %.3f for float, %.3f for"
                + " INT8, %.3f for float depthwise, %.3f for INT8 depthwise kernels; %.1f"
                + " microseconds at each kernel for several threads.",
            calibration.share(Efficiency.FLOAT),
            calibration.share(Efficiency.INTEGER),
            calibration.share(Efficiency.FLOAT_DEPTHWISE),
            calibration.share(Efficiency.INTEGER_DEPTHWISE),
            calibration.barrierMicros()));
    return lines;
  }

  private static String line(Row row) {
    PublishedFigure figure = row.figure();
    String remark =
        figure.calibrates().map(e -> "calibrates").orElse("")
            + row.otherMillis()
                .map(
                    other ->
                        String.format(
                            Locale.ROOT,
                            " threads not stated; %.1f ms at %d",
                            other,
                            row.threads() == 1 ? PublishedFigure.ALL_CORES : 1))
                .orElse("");
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %d | %.2f | %.2f | %.2f | %s |",
        figure.device(),
        figure.network(),
        figure.integer() ? "int8" : "fp32",
        row.threads(),
        figure.millis(),
        row.millis(),
        row.ratio(),
        remark.strip());
  }
}
