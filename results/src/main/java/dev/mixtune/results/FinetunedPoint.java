package dev.mixtune.results;

import org.jspecify.annotations.Nullable;

/**
 * A plan whose weights were trained after the search. It stands beside the frontier: the search did
 * not find it, and its place there would be won by data that no other point has seen.
 *
 * @param point everything that was found out about it; never chosen
 * @param from id of the point that it was trained from
 * @param sha256 of its file, in hexadecimal digits
 * @param certificate of this plan alone, tested once; null where the study had no limit to a drop
 * @param training how it was trained
 */
public record FinetunedPoint(
    FrontierPoint point,
    String from,
    String sha256,
    Frontier.@Nullable CertificateFacts certificate,
    Training training) {

  public FinetunedPoint {
    if (point.chosen() || from.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + point.id() + "' from '" + from + "', chosen " + point.chosen());
    }
    if (certificate != null && !certificate.pointId().equals(point.id())) {
      throw new IllegalArgumentException(
          "the certificate of '" + certificate.pointId() + "' is not that of " + point.id());
    }
  }

  /** A point with or without a certificate; class files say that of no compact constructor. */
  public static FinetunedPoint of(
      FrontierPoint point,
      String from,
      String sha256,
      Frontier.@Nullable CertificateFacts certificate,
      Training training) {
    return new FinetunedPoint(point, from, sha256, certificate, training);
  }

  /**
   * How a plan was trained.
   *
   * @param samples training samples
   * @param epochs passes over them that were made
   * @param bestEpoch the one whose plan it is, by the search split; 0 for the rounded start
   * @param learningRate the highest
   * @param labelShare weight of the labels, 0..1; the rest is distillation
   * @param seed of the training
   * @param key all that decides the result, in words
   */
  public record Training(
      int samples,
      int epochs,
      int bestEpoch,
      double learningRate,
      double labelShare,
      long seed,
      String key) {}

  /** The text of a row. */
  public String text() {
    return StudyJson.compact(this);
  }

  /**
   * The point of a row.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static FinetunedPoint ofText(String text) {
    return StudyJson.value(
        text, FinetunedPoint.class, row -> FrontierJson.completePoint(row.path("point")));
  }
}
