package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The float model's answers on one sample set, and the scoring of others against them. */
final class FloatReference {
  private final PreparedBatches batches;
  private final double confidence;
  private final float[] outputs;
  private final int width;
  private final int classes;
  private final boolean probabilities;
  private final PairedScoring scoring;
  private final SampleSet samples;
  private final @Nullable InformativeOrder order;

  private FloatReference(
      SampleSet samples,
      Metric metric,
      PreparedBatches batches,
      double confidence,
      float[] outputs,
      int width,
      int classes,
      @Nullable InformativeOrder order) {
    this.samples = samples;
    this.order = order;
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
    return new FloatReference(
        samples, metric, batches, confidence, outputs, width, classes, /* order= */ null);
  }

  /**
   * The same with the most informative samples first, so that models can be scored in parts.
   *
   * @param keep whether prepared batches are kept
   */
  FloatReference inInformativeOrder(CountMetric metric, boolean keep) {
    BitSet right = new BitSet();
    float[] margins = new float[samples.size()];
    for (int i = 0; i < margins.length; i++) {
      Row row = row(i);
      right.set(i, metric.right(row, row, samples.label(i)));
      margins[i] = metric.margin(row, samples.label(i));
    }
    InformativeOrder found = InformativeOrder.of(right, margins);
    int[] positions = found.positions();
    float[] moved = new float[outputs.length];
    for (int i = 0; i < positions.length; i++) {
      System.arraycopy(outputs, positions[i] * width, moved, i * width, width);
    }
    SampleSet ordered = samples.inOrder(positions);
    return new FloatReference(
        ordered, metric, batches.of(ordered, keep), confidence, moved, width, classes, found);
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
      answer(session, tallies::add, samples -> true);
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
  BitSet right(Session session, CountMetric metric) {
    BitSet right = new BitSet();
    int[] positions =
        order == null ? IntStream.range(0, samples.size()).toArray() : order.positions();
    answer(
        session,
        (at, answer) -> right.set(positions[at], metric.right(answer, row(at), samples.label(at))),
        samples -> true);
    return right;
  }

  /**
   * Scores an open model rung by rung, as long as it can lose few enough samples.
   *
   * @param mostNetLost given up once it loses more on the whole set, net of those it gains
   */
  Climbed climb(Session session, CountMetric metric, int mostNetLost) {
    if (order == null) {
      return new Climbed(score(session), List.of(), Integer.MIN_VALUE);
    }
    PairedTallies tallies = new PairedTallies();
    RungCounts rungs = new RungCounts(order, batches.size(), mostNetLost);
    try {
      boolean whole =
          answer(
              session,
              (position, answer) -> {
                tallies.add(position, answer);
                Row reference = row(position);
                int label = samples.label(position);
                rungs.add(
                    metric.right(reference, reference, label),
                    metric.right(answer, reference, label));
              },
              rungs::goOn);
      return new Climbed(whole ? tallies.outcome() : null, rungs.reached(), rungs.netLostAtLeast());
    } catch (RuntimeFailure e) {
      return new Climbed(
          new Outcome.Failed(String.valueOf(e.getMessage())),
          rungs.reached(),
          rungs.netLostAtLeast());
    }
  }

  /** Hears one answer. */
  private interface Listener {
    void add(int position, Row answer);
  }

  /** Asks after each batch whether to go on; returns false when the set was left before its end. */
  private boolean answer(Session session, Listener listener, IntPredicate goOn) {
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
      if (!goOn.test(start + batches.length(b))) {
        return false;
      }
    }
    return true;
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
