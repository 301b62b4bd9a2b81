package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;

/** The float model's answers on one sample set, and the scoring of others against them. */
final class FloatReference {
  private final PreparedBatches batches;
  private final double confidence;
  private final float[] outputs;
  private final int width;
  private final int classes;
  private final boolean probabilities;
  private final PairedScoring scoring;

  private FloatReference(
      SampleSet samples,
      Metric metric,
      PreparedBatches batches,
      double confidence,
      float[] outputs,
      int width,
      int classes) {
    this.batches = batches;
    this.confidence = confidence;
    this.outputs = outputs;
    this.width = width;
    this.classes = classes;
    boolean allProbabilities = true;
    for (int i = 0; i < samples.size(); i++) {
      allProbabilities &= ClosenessTally.isProbabilities(row(i));
    }
    this.probabilities = allProbabilities;
    this.scoring = PairedScoring.of(metric, samples, this::row);
    if (!Double.isFinite(scoring.reference())) {
      throw new UserException(
          "the metric "
              + metric.id()
              + " is undefined on the float model's answers to the "
              + samples.name(),
          "Look at the labels: are they all the same?");
    }
  }

  /**
   * Runs the float model on the whole set.
   *
   * @throws RuntimeFailure when it does not answer
   * @throws UserException when its answers do not suit the metric or the labels
   */
  static FloatReference run(
      Session floatModel,
      SampleSet samples,
      Metric metric,
      PreparedBatches batches,
      double confidence) {
    float[] outputs = new float[0];
    int width = 0;
    int classes = 1;
    for (int b = 0; b < batches.count(); b++) {
      int start = batches.start(b);
      int length = batches.length(b);
      Answers answers = batches.answers(floatModel, b);
      if (b == 0) {
        width = answers.width();
        outputs = new float[space(samples, width)];
        classes = answers.classes();
        checkWidth(samples, metric, width);
        checkPositions(metric, width, classes);
      }
      if (answers.width() != width || answers.classes() != classes) {
        throw new RuntimeFailure("answers differ in width between batches", /* cause= */ null);
      }
      System.arraycopy(answers.values(), 0, outputs, start * width, length * width);
    }
    return new FloatReference(samples, metric, batches, confidence, outputs, width, classes);
  }

  private static void checkPositions(Metric metric, int width, int classes) {
    if (classes < width && !metric.readsPositions()) {
      throw new UserException(
          "metric "
              + metric.id()
              + " judges one decision per sample, and the model makes "
              + width / classes
              + " of "
              + classes
              + " values each",
          "Use fidelity-positions or fidelity-cosine, or a metric of your own");
    }
  }

  private static int space(SampleSet samples, int width) {
    long values = (long) samples.size() * width;
    if (values > Integer.MAX_VALUE - 8) {
      throw new UserException(
          samples.name() + ": " + samples.size() + " answers of " + width + " values do not fit",
          "Lower the splits in the task file");
    }
    return (int) values;
  }

  private static void checkWidth(SampleSet samples, Metric metric, int width) {
    if (width < metric.minimumValues()) {
      throw new UserException(
          "metric "
              + metric.id()
              + " needs at least "
              + metric.minimumValues()
              + " outputs per sample, and the model has "
              + width,
          "Choose another metric");
    }
    if (metric.needsLabels()) {
      if (!samples.isLabelled()) {
        throw new UserException(
            samples.name() + " has no labels, and the metric " + metric.id() + " needs them",
            "Add labels to the task file, or use 'metric: fidelity'");
      }
      if (metric instanceof CountMetric) {
        samples.checkLabels(width);
      }
    }
  }

  /** The float model's metric. */
  double accuracy() {
    return scoring.reference();
  }

  /** Scores an open model; its failure is the answer {@link Outcome.Failed}. */
  Outcome score(Session session) {
    PairedTallies tallies = new PairedTallies();
    try {
      for (int b = 0; b < batches.count(); b++) {
        int start = batches.start(b);
        int length = batches.length(b);
        Answers answers = batches.answers(session, b);
        if (answers.width() != width) {
          return new Outcome.Failed(
              "answers with " + answers.width() + " values where the float model has " + width);
        }
        for (int i = 0; i < length; i++) {
          tallies.add(start + i, answers.row(i));
        }
      }
    } catch (RuntimeFailure e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
    return tallies.outcome();
  }

  private Row row(int position) {
    return new Row(outputs, position * width, width, classes);
  }

  private final class PairedTallies {
    private final PairedScoring.Tally paired = scoring.begin();
    private final ClosenessTally closeness = new ClosenessTally(probabilities);

    void add(int position, Row answer) {
      Row reference = row(position);
      paired.add(position, answer, reference);
      closeness.add(reference, answer);
    }

    Outcome outcome() {
      try {
        return new Outcome.Scored(paired.score(confidence), closeness.result());
      } catch (ArithmeticException e) {
        return new Outcome.Failed(String.valueOf(e.getMessage()));
      }
    }
  }
}
