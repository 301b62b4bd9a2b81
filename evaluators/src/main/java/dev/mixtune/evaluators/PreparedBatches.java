package dev.mixtune.evaluators;

import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A sample set cut into batches that are preprocessed once and shared by all workers; or, when told
 * not to keep them, preprocessed anew each time. Thread-safe.
 */
final class PreparedBatches {
  private final SampleSet samples;
  private final int batch;
  private final boolean padded;
  private final @Nullable AtomicReferenceArray<@Nullable Feed> kept;

  /**
   * @param batch samples per batch, where they can be fed together
   * @param padded whether the last batch is filled up to {@code batch}
   */
  PreparedBatches(SampleSet samples, int batch, boolean padded, boolean keep) {
    this.samples = samples;
    this.batch = Math.min(batch, samples.mostPerRun());
    this.padded = padded;
    this.kept = keep ? new AtomicReferenceArray<>(count()) : null;
  }

  /** Other samples, or the same ones in another order, cut alike. */
  PreparedBatches of(SampleSet others, boolean keep) {
    return new PreparedBatches(others, batch, padded, keep);
  }

  /** Samples per batch. */
  int size() {
    return batch;
  }

  int count() {
    return (samples.size() + batch - 1) / batch;
  }

  /** Position in the set of the first sample of a batch. */
  int start(int number) {
    return number * batch;
  }

  /** Samples of the set in a batch. */
  int length(int number) {
    return Math.min(batch, samples.size() - start(number));
  }

  /** Samples fed in a batch, padding included. */
  int fed(int number) {
    return padded ? batch : length(number);
  }

  /**
   * A model's answers to one batch.
   *
   * @throws RuntimeFailure when there are no usable ones
   */
  Answers answers(Session session, int number) {
    return Answers.run(
        session, get(number), samples.outputReader(), fed(number), length(number), start(number));
  }

  private Feed get(int number) {
    Feed feed = kept == null ? null : kept.get(number);
    if (feed == null) {
      // Two workers may prepare the same batch at first: equal tensors, one of them is kept.
      feed = samples.feed(start(number), batch, padded);
      if (kept != null) {
        kept.set(number, feed);
      }
    }
    return feed;
  }
}
