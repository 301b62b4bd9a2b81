package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.BitSet;

/** The float model's answers on one sample set, and the scoring of others against them. */
final class FloatReference {
  private final PreparedBatches batches;
  private final double confidence;
  private final float[] outputs;
  private final int width;
  private final boolean probabilities;
  private final PairedScoring scoring;

  private FloatReference(
      SampleSet samples,
      Metric metric,
      PreparedBatches batches,
      double confidence,
      float[] outputs,
      int width) {
    this.batches = batches;
    this.confidence = confidence;
    this.outputs = outputs;
    this.width = width;
    boolean allProbabilities = true;
    for (int i = 0; i < samples.size(); i++) {
      allProbabilities &= ClosenessTally.isProbabilities(new Row(outputs, i * width, width));
    }
    this.probabilities = allProbabilities;
    this.scoring =
        PairedScoring.of(metric, samples, position -> new Row(outputs, position * width, width));
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
    for (int b = 0; b < batches.count(); b++) {
      int start = batches.start(b);
      int length = batches.length(b);
      Answers answers = batches.answers(floatModel, b);
      if (b == 0) {
        width = answers.width();
        outputs = new float[space(samples, width)];
        checkWidth(samples, metric, width);
      }
      if (answers.width() != width) {
        throw new RuntimeFailure("answers differ in width between batches", /* cause= */ null);
      }
      System.arraycopy(answers.values(), 0, outputs, start * width, length * width);
    }
    return new FloatReference(samples, metric, batches, confidence, outputs, width);
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
      answer(session, tallies::add);
    } catch (RuntimeFailure e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
    return tallies.outcome();
  }

  /**
   * Which samples an open model answers right.
   *
   * @param metric counts right answers
   * @throws RuntimeFailure when it does not answer
   */
  BitSet right(Session session, CountMetric metric, SampleSet samples) {
    BitSet right = new BitSet();
    answer(
        session,
        (position, answer) ->
            right.set(position, metric.right(answer, row(position), samples.label(position))));
    return right;
  }

  /** Hears one answer. */
  private interface Listener {
    void add(int position, Row answer);
  }

  private void answer(Session session, Listener listener) {
    for (int b = 0; b < batches.count(); b++) {
      int start = batches.start(b);
      Answers answers = batches.answers(session, b);
      if (answers.width() != width) {
        throw new RuntimeFailure(
            "answers with " + answers.width() + " values where the float model has " + width,
            /* cause= */ null);
      }
      for (int i = 0; i < batches.length(b); i++) {
        listener.add(start + i, answers.row(i));
      }
    }
  }

  private Row row(int position) {
    return new Row(outputs, position * width, width);
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
