package dev.mixtune.results;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code report.html}: one file that opens offline, with the chosen plan, its certificate, a plot
 * to explore, comparisons, the layers, and how it was all measured. The same input gives the same
 * bytes.
 */
public final class HtmlReport {
  private final StudyView view;
  private final @Nullable SensitivityMap sensitivity;
  private final RunFacts run;

  /**
   * @param view the study
   * @param sensitivity damage per layer and width, where it was measured
   * @param run when, where and with what
   */
  public HtmlReport(StudyView view, @Nullable SensitivityMap sensitivity, RunFacts run) {
    this.view = view;
    this.sensitivity = sensitivity;
    this.run = run;
  }

  /** The page. */
  public String text() {
    Frontier frontier = view.frontier();
    ReportSummary summary = new ReportSummary(frontier, run.status());
    ComparisonTable comparison = new ComparisonTable(frontier);
    LayerTable layers = new LayerTable(frontier, sensitivity);
    ReportNotes notes = new ReportNotes(frontier, run);
    ReportCharts charts = new ReportCharts(view, sensitivity, run);
    String subject =
        Figures.plain(frontier.task()) + " on " + Figures.plain(frontier.target().name());
    Map<String, Html> values = new HashMap<>();
    values.put("title", Html.text("Mixtune: " + subject));
    values.put("subject", Html.text(subject));
    values.put("style", Html.resource("report.css"));
    values.put("script", Html.resource("report.js"));
    values.put("headline", summary.headline());
    values.put("tiles", summary.tiles());
    values.put("certificate", summary.certificate());
    values.put("speed", summary.speed());
    values.put("data", Html.json(StudyJson.compact(PlotData.of(view, sensitivity))));
    values.put("comparison", comparison.comparison());
    values.put("pointCount", Html.text(Figures.count(frontier.points().size(), "point")));
    values.put("allPoints", comparison.allPoints());
    values.put("finetuned", new FinetunedTable(frontier).html());
    values.put("layers", layers.html());
    values.put("layersNote", layers.note());
    values.put("bars", charts.bars());
    values.put("latency", charts.latency());
    values.put("history", charts.history());
    values.put("basis", charts.basis());
    values.put("repeat", charts.repeat());
    values.put("measurement", notes.measurement());
    values.put("caveats", notes.caveats());
    return Template.resource("report.html").fill(values);
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, text());
  }
}
