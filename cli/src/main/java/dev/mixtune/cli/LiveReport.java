package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.results.RunFacts;
import dev.mixtune.results.StudyStatus;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Ending;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The report of a study that is not over: plots and page from what is recorded so far, each file
 * replaced as a whole. Written every few minutes, between batches, while nothing is timed.
 */
final class LiveReport {
  private static final Logger LOG = LoggerFactory.getLogger(LiveReport.class);
  private static final Duration EVERY = Duration.ofMinutes(5);
  private static final Duration FIRST = Duration.ofSeconds(30);

  /** A page may take one part in so many of the time. */
  private static final int SHARE = 50;

  private final StudyContext context;
  private final Sensitivity sensitivity;
  private final ReferencePoint corner;
  private final SortedMap<Integer, Plan> uniforms;
  private Duration next;

  LiveReport(
      StudyContext context,
      Sensitivity sensitivity,
      ReferencePoint corner,
      SortedMap<Integer, Plan> uniforms) {
    this.context = context;
    this.sensitivity = sensitivity;
    this.corner = corner;
    this.uniforms = uniforms;
    this.next = context.deadline().elapsed().plus(FIRST);
  }

  /** Writes the report when it is time; what goes wrong with it does not end the study. */
  void refresh() {
    Duration start = context.deadline().elapsed();
    if (start.compareTo(next) < 0 || context.deadline().requested()) {
      return;
    }
    try {
      write();
    } catch (RuntimeException e) {
      LOG.warn("no report in between", e);
    }
    Duration taken = context.deadline().elapsed().minus(start);
    Duration pause = taken.multipliedBy(SHARE);
    next = start.plus(pause.compareTo(EVERY) < 0 ? EVERY : pause);
  }

  private void write() {
    List<Evaluation> evaluations = context.store().evaluations();
    Dominance dominance = Dominance.exact(context.options().objectiveSet());
    List<Evaluation> frontier = Frontier.of(evaluations, dominance);
    if (frontier.isEmpty()) {
      return;
    }
    SearchResult search =
        new SearchResult(evaluations, frontier, dominance, uniforms, List.of(), Ending.BUDGET);
    Finding finding =
        new Verdict(context.options(), new Holdout(context), reference())
            .find(search, /* interrupted= */ true);
    new StudyFiles(context.folder())
        .writePictures(
            new FrontierAssembler(context).assemble(finding, corner),
            evaluations,
            SensitivityStep.map(sensitivity),
            facts());
    LOG.info("a report of {} evaluations in between", evaluations.size());
  }

  /** Known since the search began. */
  private double reference() {
    return context.bench().evaluator().reference(context.bench().data().search());
  }

  private RunFacts facts() {
    String now = context.around().clock().instant().toString();
    return new RunFacts(
        "./tune " + ShellWords.join(context.memory().arguments()),
        context.memory().started().map(Object::toString).orElse(now),
        now,
        context.deadline().elapsed().toMillis() / 1000.0,
        "not yet",
        StudyStatus.STOPPED,
        Map.of("state", "still running when this page was written"),
        Map.of("mixtune", Identity.version()),
        Map.of("machine", context.bench().host().summary()),
        List.of(
            "The study was still running when this page was written: no plan is certified yet, and"
                + " better ones may come. Load it again for the latest."));
  }
}
