package dev.mixtune.results;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Says in plain words what is known about the chosen plan's drop. */
final class CertificateWords {
  /** How much is known. */
  enum Verdict {
    CERTIFIED("Certified"),
    NOT_CERTIFIED("Not certified"),
    LIMIT_MISSED("Limit missed"),
    NO_LIMIT("Bounded"),
    UNTESTED("Not tested");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final Frontier frontier;

  CertificateWords(Frontier frontier) {
    this.frontier = frontier;
  }

  Verdict verdict() {
    Frontier.CertificateFacts certificate = frontier.certificate();
    OptionalDouble limit = frontier.absoluteLimit();
    if (certificate == null) {
      return Verdict.UNTESTED;
    }
    if (limit.isEmpty()) {
      return Verdict.NO_LIMIT;
    }
    if (certificate.upperBound() <= limit.getAsDouble()) {
      return Verdict.CERTIFIED;
    }
    return estimate() <= limit.getAsDouble() ? Verdict.NOT_CERTIFIED : Verdict.LIMIT_MISSED;
  }

  /** One sentence after the other. */
  List<String> sentences() {
    Frontier.CertificateFacts certificate = frontier.certificate();
    List<String> words = new ArrayList<>();
    if (certificate == null) {
      words.add(
          "No plan was tested on holdout data. The drop is known only on the data that the search"
              + " has used to select plans, which makes it look smaller than it is.");
      return words;
    }
    String bound = Figures.points(certificate.upperBound());
    String confidence = Figures.confidence(certificate.confidence());
    String samples = Figures.count(certificate.samples(), "sample");
    switch (verdict()) {
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
                  + " is met by the estimate, but not certified: on "
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
            + Figures.points(certificate.limitResolvable())
            + " points upwards.");
    return words;
  }

  /** The drop on the holdout, or on search data where there is none. */
  private double estimate() {
    return frontier
        .chosen()
        .map(point -> point.holdout() == null ? point.search().drop() : point.holdout().drop())
        .orElse(Double.POSITIVE_INFINITY);
  }

  private String limit() {
    String points = Figures.points(frontier.absoluteLimit().orElse(0)) + " points";
    Double maxDrop = frontier.limit().maxDrop();
    return maxDrop != null && frontier.limit().relative()
        ? points + " (" + Figures.percent(maxDrop) + " of what float reaches)"
        : points;
  }
}
