package dev.mixtune.cli;

import dev.mixtune.engine.graph.MappedModel;
import dev.mixtune.evaluators.DamageAnalyser;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityTable;
import dev.mixtune.evaluators.Task;
import dev.mixtune.results.StudyFolder;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * {@code tune analyze}: how the layers were rounded and what each width does to them, as tables, a
 * plot and JSON.
 */
final class AnalyzeCommand {
  private final Surroundings around;

  AnalyzeCommand(Surroundings around) {
    this.around = around;
  }

  int run(RunOptions options) {
    options.checkAllButTheLimit();
    Task task = Workbench.task(options, around);
    if (MappedModel.isNeededFor(task.model())) {
      return new LargeAnalysis(around).run(options, task);
    }
    int count = options.workerCount();
    ExecutorService workers = Executors.newFixedThreadPool(count);
    Console console = new Console(around.out(), options.style(around.terminal()), around.clock());
    try (Workbench bench = Workbench.open(options, around)) {
      StudyFolder folder =
          options.out == null
              ? StudyCommands.freeFolder(bench.task().name(), "analysis")
              : new StudyFolder(options.out);
      MenuBuilder menus = new MenuBuilder(bench, options);
      Function<Sensitivity, DamageAnalyser> damages =
          SensitivityMethod.damages(options, bench, around);
      folder.create();
      bench.calibrate(
          RoundingDepth.FITTED,
          count,
          workers,
          StudyRun.rounding(console),
          () -> menus.take(compared(bench, menus, console))::offered);
      StudyFiles files = new StudyFiles(folder);
      files.writeRounding(bench.prepared());
      console.say(
          RoundingTable.of(bench.prepared().rounded().report())
              + RoundingTable.of(bench.prepared().ranges())
              + RoundingTable.of(bench.prepared().equalization()));
      Sensitivity sensitivity =
          SensitivityStep.measure(
              bench,
              menus,
              options.seed,
              List.of(),
              around.interrupted()::get,
              workers,
              (entry, done, total) ->
                  console.progress("sensitivity", (double) done / total, null, entry.layerName()));
      files.writeSensitivity(sensitivity, SensitivityStep.names(bench));
      console.say(SensitivityTable.of(sensitivity));
      if (options.sensitivityMethod() != SensitivityMethod.KL) {
        console.say(
            DamageTable.of(
                options.sensitivityMethod(),
                damages.apply(sensitivity),
                bench.network().layers(),
                menus::offered));
      }
      console.say("Written: " + folder.sensitivityJson() + ", " + folder.roundingJson());
      return ExitCodes.DONE;
    } finally {
      workers.shutdownNow();
    }
  }

  private Implementations compared(Workbench bench, MenuBuilder menus, Console console) {
    Implementations compared = StudyRun.compare(bench, menus, around);
    String table =
        ImplementationTable.of(compared, bench.network().layers(), bench.target().name());
    if (!table.isEmpty()) {
      console.say(table);
    }
    return compared;
  }
}
