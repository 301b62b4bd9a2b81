package dev.mixtune.evaluators;

/**
 * Sums up {@link Closeness} row by row, in double. KL divergence and agreement of an answer with
 * several decisions are the means of its positions; a map of single values is one row for both.
 */
final class ClosenessTally {
  // About the resolution of a float32 probability: a candidate's exact 0 costs 16 nats, not all.
  private static final double LEAST_PROBABILITY = 1e-7;

  private final boolean probabilities;
  private int rows;
  private double agreeing;
  private double kl;
  private double cosine;
  private double signal;
  private double noise;

  /**
   * @param probabilities whether the float model's outputs are probabilities
   */
  ClosenessTally(boolean probabilities) {
    this.probabilities = probabilities;
  }

  void add(Row reference, Row answer) {
    rows++;
    boolean maps = reference.classes() == 1;
    int decisions = maps ? 1 : reference.positions();
    double same = 0;
    double divergence = 0;
    for (int i = 0; i < decisions; i++) {
      Row expected = maps ? reference : reference.position(i);
      Row found = maps ? answer : answer.position(i);
      same += expected.argmax() == found.argmax() ? 1 : 0;
      divergence +=
          Math.max(
              0, probabilities ? klOfProbabilities(expected, found) : klOfLogits(expected, found));
    }
    agreeing += same / decisions;
    kl += divergence / decisions;
    double dot = 0;
    double referenceNorm = 0;
    double answerNorm = 0;
    for (int i = 0; i < reference.length(); i++) {
      double r = reference.at(i);
      double a = answer.at(i);
      dot += r * a;
      referenceNorm += r * r;
      answerNorm += a * a;
      noise += (r - a) * (r - a);
    }
    signal += referenceNorm;
    if (referenceNorm == 0 || answerNorm == 0) {
      cosine += referenceNorm == answerNorm ? 1 : 0;
    } else {
      // Rounding may leave the cosine of equal rows a hair above 1.
      double ratio = dot / Math.sqrt(referenceNorm) / Math.sqrt(answerNorm);
      cosine += Math.max(-1, Math.min(ratio, 1));
    }
  }

  Closeness result() {
    double sqnr = noise == 0 ? Closeness.EXACT_DB : 10 * Math.log10(signal / noise);
    return new Closeness(
        kl / rows,
        cosine / rows,
        Math.max(-Closeness.EXACT_DB, Math.min(sqnr, Closeness.EXACT_DB)),
        agreeing / rows);
  }

  /** Whether every decision holds probabilities: none negative, sum 1. */
  static boolean isProbabilities(Row row) {
    for (int i = 0; i < row.positions(); i++) {
      if (!sumToOne(row.position(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sumToOne(Row row) {
    double sum = 0;
    for (int i = 0; i < row.length(); i++) {
      if (row.at(i) < 0) {
        return false;
      }
      sum += row.at(i);
    }
    return Math.abs(sum - 1) < 1e-3;
  }

  private static double klOfProbabilities(Row reference, Row answer) {
    double sum = 0;
    double answerSum = 0;
    for (int i = 0; i < answer.length(); i++) {
      answerSum += Math.max(answer.at(i), LEAST_PROBABILITY);
    }
    for (int i = 0; i < reference.length(); i++) {
      double p = reference.at(i);
      if (p > LEAST_PROBABILITY) {
        sum += p * Math.log(p * answerSum / Math.max(answer.at(i), LEAST_PROBABILITY));
      }
    }
    return sum;
  }

  private static double klOfLogits(Row reference, Row answer) {
    double referenceLog = logSumExp(reference);
    double answerLog = logSumExp(answer);
    double sum = 0;
    for (int i = 0; i < reference.length(); i++) {
      double logP = reference.at(i) - referenceLog;
      sum += Math.exp(logP) * (logP - (answer.at(i) - answerLog));
    }
    return sum;
  }

  private static double logSumExp(Row row) {
    double largest = row.at(row.argmax());
    double sum = 0;
    for (int i = 0; i < row.length(); i++) {
      sum += Math.exp(row.at(i) - largest);
    }
    return largest + Math.log(sum);
  }
}
