package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes all plots of made-up studies into a folder, to be looked at. */
final class ReportDemo {
  private ReportDemo() {}

  public static void main(String[] arguments) throws IOException {
    Path out = Files.createDirectories(Path.of(arguments[0]));
    for (Basis basis : new Basis[] {Basis.MEASURED, Basis.MODELLED}) {
      SyntheticStudy study = new SyntheticStudy(3, basis);
      StudyFolder folder = new StudyFolder(out.resolve(basis.id())).create();
      ParetoPlot plot = new ParetoPlot(study.view());
      AtomicFile.write(folder.paretoPng(), plot.png());
      AtomicFile.write(folder.paretoSvg(), plot.svg());
      SensitivityPlot sensitivity =
          new SensitivityPlot(
              study.frontier().layers().stream().map(Frontier.LayerFacts::name).toList(),
              study.sensitivity());
      AtomicFile.write(folder.root().resolve("sensitivity.png"), sensitivity.png());
      FrontierJson.write(folder.frontierJson(), study.frontier());
      new HtmlReport(study.view(), study.sensitivity(), SyntheticStudy.run())
          .write(folder.reportHtml());
      FrontierCsv.write(folder.frontierCsv(), study.frontier());
    }
  }
}
