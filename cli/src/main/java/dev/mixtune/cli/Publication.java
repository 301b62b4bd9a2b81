package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.ClassDrops;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.PredictionError;
import dev.mixtune.results.Economy;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.RunFacts;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyStatus;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.ReferencePoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a finding: the chosen file, the frontier, the plots, the page, the last lines. */
final class Publication {
  private static final Logger LOG = LoggerFactory.getLogger(Publication.class);

  private final StudyContext context;
  private final Workbench bench;
  private final StudyFolder folder;

  Publication(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.folder = context.folder();
  }

  void publish(Finding finding, Sensitivity sensitivity, ReferencePoint corner) {
    context.console().progress("writing", 0, null, "");
    ChosenFile.Written written = writeChosen(finding);
    Frontier frontier = new FrontierAssembler(context).assemble(finding, corner);
    StudyFiles files = new StudyFiles(folder);
    // First what a stop must find whole, then what takes another pass over the data.
    files.writeFrontier(frontier, written, split(finding), /* classes= */ null);
    ClassDrops classes = classes(finding);
    if (classes != null) {
      files.writeFrontier(frontier, written, split(finding), classes);
    }
    List<String> robustness =
        isStopped(finding)
            ? List.of()
            : Robustness.sentences(context, finding.chosen().plan(), folder.chosenOnnx());
    if (!isStopped(finding)) {
      Frontier weighed = new PeakMemory(context).addTo(frontier, finding);
      if (weighed.memory() != null) {
        frontier = weighed;
        files.writeFrontier(frontier, written, split(finding), classes);
      }
    }
    Economy economy =
        SearchEconomy.of(finding.search(), bench.data().search().size(), corner, context.meter());
    List<String> regressions = new ArrayList<>(robustness);
    if (classes != null) {
      regressions.add(Regressions.sentence(classes));
    }
    RunFacts run = facts(finding, written, regressions, economy);
    run.write(folder.runJson());
    files.writePictures(
        frontier, finding.search().evaluations(), SensitivityStep.map(sensitivity), run);
    List<String> last = new ArrayList<>(regressions);
    last.add(paid(economy));
    Economy.Time time = economy.time();
    if (time != null) {
      LOG.info("{}", SearchEconomy.sentence(time));
    }
    new Summary(context.console()).print(frontier, finding, written, last, folder);
  }

  /** Null where there are no classes, or no time. */
  private @Nullable ClassDrops classes(Finding finding) {
    if (isStopped(finding) || context.deadline().isOverdue()) {
      return null;
    }
    try {
      return Futures.await(
              context
                  .workers()
                  .submit(
                      () ->
                          Regressions.perClass(
                              bench,
                              finding.chosen().plan(),
                              folder.chosenOnnx(),
                              split(finding),
                              isHeldOut(finding) ? bench.data().holdout() : bench.data().search(),
                              context.options().confidenceFraction())),
              context.deadline()::isInterrupted)
          .orElse(null);
    } catch (CancellationException e) {
      return null;
    }
  }

  private boolean isStopped(Finding finding) {
    return finding.exitCode() == ExitCodes.STOPPED || context.deadline().isInterrupted();
  }

  private static String split(Finding finding) {
    return isHeldOut(finding) ? "holdout" : "search";
  }

  private String paid(Economy economy) {
    return bench.task().metric() instanceof CountMetric
        ? SearchEconomy.sentence(economy)
        : "Every candidate answered the whole search split: the metric "
            + bench.task().metric().id()
            + " counts no right answers, so no part of it bounds the whole.";
  }

  /** The file is scored on the holdout where the plan was, else on the search split. */
  private ChosenFile.Written writeChosen(Finding finding) {
    Evaluation chosen = finding.chosen();
    PairedScore held = finding.holdout().get(chosen.id());
    SampleSet samples = held == null ? bench.data().search() : bench.data().holdout();
    PairedScore expected = held == null ? Choice.score(chosen) : held;
    return new ChosenFile(context)
        .write(
            new PointModels(context).lowered(chosen),
            folder.chosenOnnx(),
            samples,
            expected,
            Choice.latency(chosen));
  }

  private static boolean isHeldOut(Finding finding) {
    return finding.holdout().containsKey(finding.chosen().id());
  }

  private StudyStatus status(Finding finding) {
    return switch (finding.exitCode()) {
      case ExitCodes.STOPPED -> StudyStatus.STOPPED;
      case ExitCodes.NOT_CERTIFIED -> StudyStatus.NOT_CERTIFIED;
      case ExitCodes.LIMIT_MISSED ->
          Limits.of(context.options()).areMetBy(finding.chosen())
              ? StudyStatus.DROP_MISSED
              : StudyStatus.SIZE_OR_LATENCY_MISSED;
      default -> StudyStatus.MET;
    };
  }

  private RunFacts facts(
      Finding finding, ChosenFile.Written written, List<String> robustness, Economy economy) {
    List<String> notes = new ArrayList<>();
    notes.add(finding.message());
    CertificateResult certificate = finding.certificate();
    if (certificate != null) {
      notes.add(certificate.order());
    }
    if (written.again()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "The chosen file was read back from disk: %d bytes, %.3f of the float model's time"
                  + " (%.3f ms), %s on the %s, as recorded before.",
              written.sizeBytes(),
              written.latency().ratio(),
              written.latency().millis(),
              ScoreWords.of(written.score()),
              isHeldOut(finding) ? "holdout" : "search split"));
    }
    notes.add(written.basis());
    if (context.latencies() instanceof HostLatency host) {
      notes.add("Latency: " + host.conditions() + ".");
      notes.addAll(
          new TimedInCompany(context.memory(), context.options().workerCount())
              .notes(
                  finding.search().frontier().stream().map(Evaluation::kernelSignature).toList()));
      host.predictions()
          .error()
          .map(error -> predicted(error, finding.search().frontier()))
          .ifPresent(notes::add);
    }
    RefinementTally.of(finding.search().evaluations()).sentence().ifPresent(notes::add);
    notes.addAll(robustness);
    if (bench.lostWorkers() > 0) {
      notes.add(
          bench.lostWorkers()
              + " worker processes died under candidates and were started anew; tune.log says"
              + " why.");
    }
    bench.host().warning().ifPresent(notes::add);
    Instant finished = context.around().clock().instant();
    return new RunFacts(
        "./tune " + ShellWords.join(context.memory().arguments()),
        context.memory().started().orElse(finished.minus(context.deadline().elapsed())).toString(),
        finished.toString(),
        context.deadline().elapsed().toMillis() / 1000.0,
        StudyPhases.words(finding.search().ending()),
        status(finding),
        settings(),
        versions(),
        machine(),
        notes,
        economy);
  }

  private Map<String, String> settings() {
    RunOptions options = context.options();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("target", options.target);
    settings.put("max drop", Objects.requireNonNullElse(options.maxDrop, "none"));
    settings.put("budget", Objects.requireNonNullElse(options.budget, "none given"));
    settings.put("workers", Integer.toString(options.workerCount()));
    settings.put("threads per inference", Integer.toString(bench.threads()));
    bench.axes().sentence().ifPresent(words -> settings.put("deployment axes", words));
    bench.task().text().ifPresent(text -> settings.put("text", DeploymentAxes.words(text)));
    RoundingDepth depth = context.memory().rounding();
    settings.put(
        "activation ranges",
        depth == RoundingDepth.QUICK ? Workbench.QUICK_RANGE_METHOD : Workbench.RANGE_METHOD);
    settings.put(
        "weight rounding",
        depth == RoundingDepth.FITTED
            ? Workbench.ROUNDING_METHOD
            : Workbench.QUICK_ROUNDING_METHOD);
    return settings;
  }

  private static String predicted(PredictionError error, List<Evaluation> frontier) {
    return "Plans that no timing could bring onto the frontier were not timed. The model that says"
        + " so was fitted to whole runs of this network; its cross-validated error: "
        + error.words()
        + (frontier.stream().noneMatch(Contention::isPredicted)
            ? ". On the frontier every latency is measured; predicted_latency_ms stands beside it."
            : ". The study ended before every plan on the frontier was timed: frontier.json says of"
                + " each latency whether it is measured or modelled.");
  }

  private Map<String, String> machine() {
    HostFacts host = bench.host();
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("machine", host.summary());
    machine.put("cores", Integer.toString(host.cores()));
    machine.put("instruction sets", host.flagsKnown() ? String.join(" ", host.flags()) : "unknown");
    machine.put("frequency governor", HostFacts.governor(HostFacts.GOVERNOR).orElse("unknown"));
    machine.put("operating system", host.os());
    return machine;
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("mixtune", Identity.version());
    versions.put("runtime", bench.runtime().version());
    versions.put("lowering", Integer.toString(PlanLowering.VERSION));
    versions.put("java", System.getProperty("java.version", "unknown"));
    return versions;
  }
}
