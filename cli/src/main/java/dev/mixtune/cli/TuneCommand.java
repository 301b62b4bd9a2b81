package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.TargetSummary;
import dev.mixtune.hardware.Targets;
import dev.mixtune.results.StudyFolder;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line: reads options, hands them over, returns exit codes. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    versionProvider = TuneCommand.Version.class,
    sortOptions = false,
    description = {
      "Finds how many bits each layer of a trained ONNX model should have on a device.",
      "Without --task or --model it searches the bundled example.",
    },
    footer = {
      "",
      "Exit codes: 0 done; 2 wrong input; 3 no plan meets the limit (the best one is written);",
      "4 the data cannot certify the limit; 70 a bug; 130 stopped by the user, all saved.",
    })
final class TuneCommand implements java.util.concurrent.Callable<Integer> {
  private final Surroundings around;

  @Mixin private final RunOptions options = new RunOptions();

  TuneCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    return new StudyCommands(around).run(options);
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Runs a study (the default).")
  int run(@Mixin RunOptions runOptions) {
    return new StudyCommands(around).run(runOptions);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Goes on with a study after a stop of any kind.")
  int resume(@Parameters(paramLabel = "DIR") Path directory) {
    return new StudyCommands(around).resume(directory);
  }

  @Command(
      name = "analyze",
      mixinStandardHelpOptions = true,
      description =
          "Compares rounding methods, and measures the sensitivity of every layer and width.")
  int analyze(@Mixin RunOptions runOptions) {
    return new AnalyzeCommand(around).run(runOptions);
  }

  @Command(
      name = "doctor",
      mixinStandardHelpOptions = true,
      description =
          "Says what a study would find, what the data can certify and how long it takes.")
  int doctor(@Mixin RunOptions runOptions) {
    return new DoctorCommand(around).run(runOptions);
  }

  @Command(
      name = "profile",
      mixinStandardHelpOptions = true,
      description =
          "Measures kernels on this machine and writes a profile of it, or makes one of a device"
              + " that is not at hand.")
  int profile(@Mixin ProfileOptions profileOptions, @Mixin EmulateOptions emulateOptions) {
    emulateOptions.check(profileOptions);
    return emulateOptions.device == null
        ? new ProfileCommand(around).run(profileOptions)
        : new EmulateCommand(around).run(emulateOptions, emulateOptions.device, profileOptions.out);
  }

  @Command(
      name = "targets",
      mixinStandardHelpOptions = true,
      description = "Lists targets and how much of each is measured.")
  int targets() {
    around
        .out()
        .printf(
            Locale.ROOT,
            "%-20s %-10s %9s %9s  %s%n",
            "target",
            "basis",
            "measured",
            "modelled",
            "description");
    for (TargetSummary target : new Targets(Workbench.hostFacts()).list()) {
      around
          .out()
          .printf(
              Locale.ROOT,
              "%-20s %-10s %8.0f%% %8.0f%%  %s%n",
              target.name(),
              target.basis().id(),
              100 * target.measuredShare(),
              100 * target.modelledShare(),
              target.description());
    }
    return ExitCodes.DONE;
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Says where a study stands, from another shell.")
  int status(
      @Parameters(paramLabel = "DIR") Path directory,
      @Option(names = "--json", description = "For programs.") boolean json) {
    return new StatusCommand(around).run(directory, json);
  }

  @Command(
      name = "report",
      mixinStandardHelpOptions = true,
      description = "Makes plots and report of a study again.")
  int report(@Parameters(paramLabel = "DIR") Path directory) {
    StudyFolder folder = new StudyFolder(directory).existing();
    new StudyFiles(folder).rebuild();
    around.out().println("Report: " + folder.reportHtml());
    return ExitCodes.DONE;
  }

  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = "Says why each layer of the chosen plan has its bits.")
  int explain(
      @Parameters(paramLabel = "DIR") Path directory,
      @Option(
              names = "--measure",
              defaultValue = "6",
              paramLabel = "N",
              description = "Scores the N closest steps that the search has not scored.")
          int most) {
    return new ExplainCommand(around).run(directory, most);
  }

  @Command(
      name = "compare",
      mixinStandardHelpOptions = true,
      description = "Puts two studies side by side: differences and how sure they are.")
  int compare(
      @Parameters(paramLabel = "A") Path first,
      @Parameters(paramLabel = "B") Path second,
      @Option(
              names = "--out",
              paramLabel = "DIR",
              description = "Folder for compare.json, compare.png and compare.svg.")
          @Nullable Path folder) {
    return new CompareCommand(around).run(first, second, folder);
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Writes another point of a study as ONNX.")
  int export(
      @Parameters(paramLabel = "DIR") Path directory,
      @Option(
              names = "--point",
              required = true,
              paramLabel = "ID",
              description = "A point of frontier.json, or uniform-2, -4, -8, -16.")
          String point,
      @Option(names = "--out", required = true, paramLabel = "FILE") Path file) {
    return new ExportCommand(around).run(directory, point, file);
  }

  @Command(
      name = "finetune",
      mixinStandardHelpOptions = true,
      description =
          "Trains the weights of a study's plan on the task's training samples and enters it as a"
              + " new point.")
  int finetune(
      @Parameters(paramLabel = "DIR") Path directory, @Mixin FinetuneOptions finetuneOptions) {
    return new FinetuneCommand(around, new TrainingProcess(around)).run(directory, finetuneOptions);
  }

  @Command(
      name = "bench",
      mixinStandardHelpOptions = true,
      description = "Runs one of our benchmarks and prints its table.")
  int bench(
      @Parameters(
              paramLabel = "NAME",
              description =
                  "certificate, claims, equal-bits, evaluator, latency, rounding, search,"
                      + " sensitivity, soak, table or workers")
          String name,
      @Mixin BenchOptions benchOptions,
      @Mixin SearchBenchOptions searchOptions,
      @Mixin EqualBitsOptions equalBitsOptions,
      @Mixin CertificateBenchOptions certificateOptions,
      @Mixin LatencyBenchOptions latencyOptions,
      @Mixin ClaimsBenchOptions claimsOptions,
      @Option(
              names = "--count",
              paramLabel = "N",
              description = "Plans that soak scores. Default: 20000.",
              defaultValue = "20000")
          int count) {
    return switch (name) {
      case "certificate" ->
          new CertificateBench(around)
              .run(certificateOptions, benchOptions.onlyTask(), searchOptions.json);
      case "claims" ->
          new ClaimsBench(around, claimsOptions).run(benchOptions.tasks, benchOptions.out);
      case "equal-bits" ->
          new EqualBits(around, equalBitsOptions, searchOptions.images(300))
              .run(benchOptions.onlyTask(), searchOptions.json);
      case "evaluator" -> new EvaluatorBench(around).run(benchOptions.onlyTask());
      case "latency" ->
          new LatencyBench(
                  around, latencyOptions, certificateOptions.plans(LatencyBenchOptions.USUAL_PLANS))
              .run(benchOptions.tasks, benchOptions.out);
      case "rounding" -> new RoundingBench(around).run(benchOptions);
      case "search" -> new SearchBench(around).run(searchOptions);
      case "sensitivity" ->
          new SensitivityBench(
                  around, searchOptions.images(256), certificateOptions.plans(60), equalBitsOptions)
              .run(benchOptions.onlyTask());
      case "soak" -> new SoakBench(around).run(benchOptions.onlyTask(), count);
      case "workers" -> new WorkersBench(around).run(benchOptions.onlyTask());
      case "table" ->
          new TableMaker(around)
              .run(benchOptions.onlyTask(), searchOptions.tableFile(), searchOptions.images(1000));
      default ->
          throw new UserException(
              "there is no benchmark '" + name + "'",
              "Known: certificate, claims, equal-bits, evaluator, latency, rounding, search,"
                  + " sensitivity, soak, table, workers.");
    };
  }

  /** The version of this program. */
  static final class Version implements picocli.CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"mixtune " + Identity.version()};
    }
  }
}
