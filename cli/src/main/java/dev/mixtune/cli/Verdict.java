package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Certificate;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.DropLimit;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.SearchResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses the plan to ship, and says how sure one can be of it. */
final class Verdict {
  private final RunOptions options;
  private final Holdout holdout;
  private final double reference;

  /**
   * @param reference the float model's metric on the search split
   */
  Verdict(RunOptions options, Holdout holdout, double reference) {
    this.options = options;
    this.holdout = holdout;
    this.reference = reference;
  }

  /**
   * Tests the frontier on the holdout and chooses.
   *
   * @param interrupted whether the user stopped the study: then the holdout is left alone
   */
  Finding find(SearchResult search, boolean interrupted) {
    List<Evaluation> allowed = search.frontier().stream().filter(this::isAllowed).toList();
    boolean missed = allowed.isEmpty();
    List<Evaluation> plans = missed ? closest(search.frontier()) : allowed;
    if (options.maxDrop == null) {
      return mostAccurate(search, plans, missed, interrupted);
    }
    MaxDrop limit = MaxDrop.parse(options.maxDrop);
    return interrupted ? stopped(search, plans, limit) : certified(search, plans, limit, missed);
  }

  private boolean isAllowed(Evaluation evaluation) {
    return Limits.of(options).areMetBy(evaluation);
  }

  /** When nothing meets --max-size or --max-latency: what comes closest to them. */
  private List<Evaluation> closest(List<Evaluation> frontier) {
    return frontier.stream()
        .min(Comparator.comparingDouble(Limits.of(options)::worstShare))
        .map(List::of)
        .orElseThrow(
            () ->
                new UserException(
                    "no candidate could be scored",
                    "See tune.log in the study's folder for what each one failed with."));
  }

  private Finding certified(
      SearchResult search, List<Evaluation> plans, MaxDrop limit, boolean missed) {
    List<Evaluation> ordered =
        TestOrder.of(
            plans,
            search.evaluations().stream().filter(e -> !e.isFailed() && isAllowed(e)).toList(),
            widest(search),
            options.prefersSize());
    Choice choice = new Choice(ordered, options.prefersSize());
    Map<String, PairedScore> scores = new HashMap<>();
    List<Certificate.Candidate> candidates = new ArrayList<>();
    for (Evaluation plan : ordered) {
      candidates.add(
          new Certificate.Candidate(
              plan.id(), () -> remembered(plan, holdout.score(plan, ordered), scores)));
    }
    CertificateResult result =
        new Certificate(
                new DropLimit(limit.fraction(), limit.relative()), options.confidenceFraction())
            .test(candidates, choice.preference());
    Map<String, Evaluation> byId =
        ordered.stream().collect(Collectors.toMap(Evaluation::id, Function.identity()));
    Evaluation chosen = byId.get(result.pointId());
    if (chosen == null) {
      throw new IllegalStateException("the certificate names an unknown plan " + result.pointId());
    }
    int exitCode =
        switch (result.status()) {
          case CERTIFIED -> ExitCodes.DONE;
          case NOT_CERTIFIABLE -> ExitCodes.NOT_CERTIFIED;
          case LIMIT_MISSED -> ExitCodes.LIMIT_MISSED;
        };
    return new Finding(
        search,
        result,
        chosen,
        scores,
        missed ? ExitCodes.LIMIT_MISSED : exitCode,
        missed
            ? "No plan meets --max-size or --max-latency. " + result.message()
            : result.message());
  }

  private static Plan widest(SearchResult search) {
    return search.uniforms().entrySet().stream()
        .max(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .orElseThrow();
  }

  private static Outcome remembered(
      Evaluation plan, Outcome outcome, Map<String, PairedScore> scores) {
    if (outcome instanceof Outcome.Scored scored) {
      scores.put(plan.id(), scored.score());
    }
    return outcome;
  }

  private Finding mostAccurate(
      SearchResult search, List<Evaluation> plans, boolean missed, boolean interrupted) {
    Evaluation chosen = new Choice(plans, options.prefersSize()).safestFirst().get(0);
    Map<String, PairedScore> scores = new HashMap<>();
    if (!interrupted) {
      remembered(chosen, holdout.score(chosen, List.of(chosen)), scores);
    }
    String message =
        missed
            ? "No plan meets --max-size or --max-latency; the one that comes closest is chosen."
            : "The most accurate plan within the limits is chosen.";
    int exitCode = missed ? ExitCodes.LIMIT_MISSED : ExitCodes.DONE;
    return new Finding(
        search,
        null,
        chosen,
        scores,
        interrupted ? ExitCodes.STOPPED : exitCode,
        message + held(scores.get(chosen.id())));
  }

  private static String held(@Nullable PairedScore score) {
    return score == null
        ? ""
        : String.format(
            Locale.ROOT,
            " On the holdout it loses %.2f points (%.2f to %.2f) against float.",
            100 * score.drop(),
            100 * score.dropLow(),
            100 * score.dropHigh());
  }

  private Finding stopped(SearchResult search, List<Evaluation> plans, MaxDrop limit) {
    double absolute = limit.absolute(reference);
    List<Evaluation> within =
        plans.stream().filter(e -> Choice.score(e).dropHigh() <= absolute).toList();
    Choice choice = new Choice(within.isEmpty() ? plans : within, options.prefersSize());
    Evaluation chosen =
        within.isEmpty()
            ? choice.safestFirst().get(0)
            : within.stream()
                .min(Comparator.comparing(Evaluation::id, choice.preference()))
                .orElseThrow();
    return new Finding(
        search,
        null,
        chosen,
        Map.of(),
        ExitCodes.STOPPED,
        "Stopped by the user: the best plan so far is chosen on search data alone. It is not"
            + " certified; ./tune resume goes on.");
  }
}
