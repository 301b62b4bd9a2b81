package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;
import java.util.BitSet;

/** What a metric keeps of the float model's answers, to score others against. Immutable. */
sealed interface PairedScoring {

  /** The float model's metric; NaN where it is undefined. */
  double reference();

  /** Begins to score a model on the same samples. */
  Tally begin();

  /** Takes the answers of one model, sample by sample. */
  interface Tally {
    void add(int position, Row answer, Row floatAnswer);

    /**
     * The score of the answers so far, all samples by now.
     *
     * @param confidence of the interval, two-sided
     * @throws ArithmeticException when the metric is undefined on them
     */
    PairedScore score(double confidence);
  }

  /** The float model's answers, one row per sample. */
  interface FloatRows {
    Row row(int position);
  }

  static PairedScoring of(Metric metric, SampleSet samples, FloatRows rows) {
    return metric instanceof CountMetric count
        ? Counting.of(count, samples, rows)
        : Resampling.of((StatisticMetric) metric, samples, rows);
  }

  /** For metrics that count right answers. */
  record Counting(CountMetric metric, SampleSet samples, BitSet right) implements PairedScoring {

    static Counting of(CountMetric metric, SampleSet samples, FloatRows rows) {
      BitSet right = new BitSet();
      for (int i = 0; i < samples.size(); i++) {
        right.set(i, metric.right(rows.row(i), rows.row(i), samples.label(i)));
      }
      return new Counting(metric, samples, right);
    }

    @Override
    public double reference() {
      return (double) right.cardinality() / samples.size();
    }

    @Override
    public Tally begin() {
      PairedTally paired = new PairedTally();
      return new Tally() {
        @Override
        public void add(int position, Row answer, Row floatAnswer) {
          paired.add(
              right.get(position), metric.right(answer, floatAnswer, samples.label(position)));
        }

        @Override
        public PairedScore score(double confidence) {
          return paired.score(confidence);
        }
      };
    }
  }

  /** For metrics of all samples together. */
  record Resampling(StatisticMetric metric, SampleSet samples, PairedBootstrap bootstrap)
      implements PairedScoring {

    static Resampling of(StatisticMetric metric, SampleSet samples, FloatRows rows) {
      double[] values = new double[samples.size()];
      double[] targets = new double[samples.size()];
      for (int i = 0; i < values.length; i++) {
        targets[i] = samples.target(i);
        values[i] = metric.value(rows.row(i), rows.row(i), targets[i]);
      }
      return new Resampling(metric, samples, new PairedBootstrap(metric, values, targets));
    }

    @Override
    public double reference() {
      return bootstrap.reference();
    }

    @Override
    public Tally begin() {
      double[] values = new double[samples.size()];
      return new Tally() {
        @Override
        public void add(int position, Row answer, Row floatAnswer) {
          values[position] = metric.value(answer, floatAnswer, samples.target(position));
        }

        @Override
        public PairedScore score(double confidence) {
          return bootstrap.score(values, confidence);
        }
      };
    }
  }
}
