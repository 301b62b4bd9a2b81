package dev.mixtune.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Says in plain words what is known about the chosen plan's drop. */
final class CertificateWords {
  /** How much is known. */
  enum Verdict {
    CERTIFIED("Certified"),
    NOT_CERTIFIED("Not certified"),
    LIMIT_MISSED("Limit missed"),
    NO_LIMIT("No limit on the drop"),
    UNTESTED("Not tested");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private static final String UNTESTED =
      "No plan was tested on holdout data. The drop is known only on the data that the search has"
          + " used to select plans, which makes it look smaller than it is.";

  private final Frontier frontier;
  private final StudyStatus status;

  /**
   * @param status of the study: whether a limit is missed depends on all plans, not on the chosen
   *     one alone
   */
  CertificateWords(Frontier frontier, StudyStatus status) {
    this.frontier = frontier;
    this.status = status;
  }

  Verdict verdict() {
    return switch (status) {
      case DROP_MISSED, SIZE_OR_LATENCY_MISSED -> Verdict.LIMIT_MISSED;
      case NOT_CERTIFIED -> Verdict.NOT_CERTIFIED;
      case MET, STOPPED -> aboutTheDrop();
    };
  }

  /** What is known of the drop, whatever became of the other limits. */
  private Verdict aboutTheDrop() {
    Frontier.CertificateFacts certificate = frontier.certificate();
    OptionalDouble limit = frontier.absoluteLimit();
    if (certificate == null) {
      return heldOut().isPresent() && limit.isEmpty() ? Verdict.NO_LIMIT : Verdict.UNTESTED;
    }
    if (limit.isEmpty()) {
      return Verdict.NO_LIMIT;
    }
    return certificate.upperBound() <= limit.getAsDouble()
        ? Verdict.CERTIFIED
        : Verdict.NOT_CERTIFIED;
  }

  /** One sentence after the other. */
  List<String> sentences() {
    List<String> words = new ArrayList<>();
    if (status == StudyStatus.SIZE_OR_LATENCY_MISSED) {
      words.add(
          "No plan meets the limits of size and latency that were asked for; this one comes"
              + " closest.");
    }
    Frontier.CertificateFacts certificate = frontier.certificate();
    if (certificate == null) {
      words.add(heldOut().map(this::estimated).orElse(UNTESTED));
    } else {
      tested(certificate, words);
    }
    return words;
  }

  private String estimated(Score score) {
    return "On "
        + Figures.count(score.samples(), "sample")
        + " that the search never saw, the drop is "
        + Figures.points(score.drop())
        + " points ("
        + Figures.confidence(frontier.limit().confidence())
        + " interval "
        + Figures.interval(score.dropInterval())
        + ").";
  }

  private void tested(Frontier.CertificateFacts certificate, List<String> words) {
    String bound = Figures.bound(certificate.upperBound());
    String confidence = Figures.confidence(certificate.confidence());
    String samples = Figures.count(certificate.samples(), "sample");
    switch (status == StudyStatus.DROP_MISSED ? Verdict.LIMIT_MISSED : aboutTheDrop()) {
      case CERTIFIED ->
          words.add(
              "On "
                  + samples
                  + " that the search never saw, the drop is at most "
                  + bound
                  + " points with "
                  + confidence
                  + " confidence; the limit is "
                  + limit()
                  + ".");
      case NOT_CERTIFIED ->
          words.add(
              "The limit of "
                  + limit()
                  + " is not certified: on "
                  + samples
                  + " that the search never saw, the drop can be as large as "
                  + bound
                  + " points at "
                  + confidence
                  + " confidence. This plan has the smallest upper"
                  + " bound of those tested.");
      case LIMIT_MISSED ->
          words.add(
              "No plan meets the limit of "
                  + limit()
                  + ", not even by its estimate. This is the"
                  + " best plan all the same: on "
                  + samples
                  + " that the search never saw, its"
                  + " drop is at most "
                  + bound
                  + " points with "
                  + confidence
                  + " confidence.");
      default ->
          words.add(
              "On "
                  + samples
                  + " that the search never saw, the drop is at most "
                  + bound
                  + " points with "
                  + confidence
                  + " confidence. No limit on it was asked for.");
    }
    words.add(
        Figures.count(certificate.plansTested(), "plan")
            + (certificate.plansTested() == 1 ? " was" : " were")
            + " tested on the holdout, the safest first ("
            + certificate.method()
            + ").");
    words.add(
        "These samples could certify limits from "
            + Figures.bound(certificate.limitResolvable())
            + " points upwards.");
  }

  /** The chosen plan's score on the holdout. */
  private Optional<Score> heldOut() {
    return frontier.chosen().map(FrontierPoint::holdout);
  }

  private String limit() {
    String points = Figures.points(frontier.absoluteLimit().orElse(0)) + " points";
    Double maxDrop = frontier.limit().maxDrop();
    return maxDrop != null && frontier.limit().relative()
        ? points + " (" + Figures.percent(maxDrop) + " of what float reaches)"
        : points;
  }
}
