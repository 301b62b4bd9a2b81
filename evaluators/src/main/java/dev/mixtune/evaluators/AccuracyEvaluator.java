package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scores deployable models in this process, paired with the float model's answers to the same
 * samples. What is scored is the model that ships: its own kernels, one thread, fixed batches.
 *
 * <p>Thread-safe: each call of {@code score} opens a session of its own, so calls run side by side
 * on the caller's threads. The same model on the same samples scores the same, in any order.
 */
public final class AccuracyEvaluator {
  private final ModelRuntime runtime;
  private final Supplier<Session> floatModel;
  private final Metric metric;
  private final Settings settings;
  private final ConcurrentMap<SampleSet, Lazy> references = new ConcurrentHashMap<>();
  private long cacheLeft;

  /**
   * How to run.
   *
   * @param batch samples per run where the model leaves the batch axis open, at least 1; a model
   *     with a fixed batch axis is run at its own. Models with dynamically quantized layers answer
   *     differently in company: score them at the deployment batch
   * @param cacheBytes most memory for preprocessed samples; sets that do not fit are preprocessed
   *     again for every model
   * @param confidence of the paired two-sided intervals, 0..1 exclusive
   * @param informativeFirst whether samples are scored in the order in which they tell most, so
   *     that {@link #climb} can stop early; only for metrics that count right answers. Not where
   *     answers depend on batch mates
   */
  public record Settings(int batch, long cacheBytes, double confidence, boolean informativeFirst) {
    public Settings {
      if (batch < 1 || cacheBytes < 0 || !(confidence > 0 && confidence < 1)) {
        throw new IllegalArgumentException(
            "batch " + batch + ", cache " + cacheBytes + ", confidence " + confidence);
      }
    }

    /** Samples in their own order. */
    public Settings(int batch, long cacheBytes, double confidence) {
      this(batch, cacheBytes, confidence, /* informativeFirst= */ false);
    }

    /** Batch 64, 512 MB, 95 %. */
    public static Settings usual() {
      return new Settings(64, 512L << 20, 0.95);
    }
  }

  /**
   * @param runtime runs the models
   * @param floatModel the file of the float model
   * @param metric says which answers are right
   */
  public AccuracyEvaluator(
      ModelRuntime runtime, Path floatModel, Metric metric, Settings settings) {
    this(runtime, () -> runtime.open(floatModel, 1), metric, settings);
  }

  /**
   * As above, for a float model that is opened in a way of its own.
   *
   * @param floatModel opens it; closed here
   */
  public AccuracyEvaluator(
      ModelRuntime runtime, Supplier<Session> floatModel, Metric metric, Settings settings) {
    this.runtime = runtime;
    this.floatModel = floatModel;
    this.metric = metric;
    this.settings = settings;
    this.cacheLeft = settings.cacheBytes();
  }

  /** What counts as right. */
  public Metric metric() {
    return metric;
  }

  /** How models are run. */
  public Settings settings() {
    return settings;
  }

  /**
   * The float model's metric on a set, 0..1. Runs it at the first call for this set and remembers
   * its answers.
   *
   * @throws UserException when the float model does not run or answer, or its outputs do not suit
   *     the metric or the labels
   */
  public double reference(SampleSet samples) {
    return floatReference(samples).accuracy();
  }

  /**
   * Scores a model from memory.
   *
   * @param model serialized ONNX with the float model's inputs and outputs
   */
  public Outcome score(byte[] model, SampleSet samples) {
    return score(() -> runtime.open(model, 1), samples);
  }

  /** Scores a model from its file, as it ships. */
  public Outcome score(Path model, SampleSet samples) {
    return score(() -> runtime.open(model, 1), samples);
  }

  /**
   * Scores a model from memory in parts, the most informative samples first, and gives it up at the
   * first rung at which it is certain to lose too much. A model that is not given up gets the
   * outcome of {@link #score(byte[], SampleSet)}.
   *
   * @param model serialized ONNX with the float model's inputs and outputs
   * @param mostNetLost samples that it may lose on the whole set, net of those it gains
   */
  public Climbed climb(byte[] model, SampleSet samples, int mostNetLost) {
    if (!(metric instanceof CountMetric count)) {
      return new Climbed(score(model, samples), List.of(), Integer.MIN_VALUE);
    }
    FloatReference reference = floatReference(samples);
    try (Session session = runtime.open(model, 1)) {
      return reference.climb(session, count, mostNetLost);
    } catch (RuntimeFailure e) {
      return new Climbed(
          new Outcome.Failed(String.valueOf(e.getMessage())), List.of(), Integer.MIN_VALUE);
    }
  }

  /**
   * Scores a model that is opened in a way of its own.
   *
   * @param model opens it; closed here
   */
  public Outcome score(Supplier<Session> model, SampleSet samples) {
    FloatReference reference = floatReference(samples);
    try (Session session = model.get()) {
      return reference.score(session);
    } catch (RuntimeFailure e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Which samples a model answers right, by position in the set; empty for metrics that do not
   * count right answers.
   *
   * @param model serialized ONNX with the float model's inputs and outputs
   * @throws RuntimeFailure when it does not answer
   */
  public Optional<BitSet> right(byte[] model, SampleSet samples) {
    return right(() -> runtime.open(model, 1), samples);
  }

  /** As above, for a model in a file. */
  public Optional<BitSet> right(Path model, SampleSet samples) {
    return right(() -> runtime.open(model, 1), samples);
  }

  private Optional<BitSet> right(Supplier<Session> model, SampleSet samples) {
    if (!(metric instanceof CountMetric count)) {
      return Optional.empty();
    }
    FloatReference reference = floatReference(samples);
    try (Session session = model.get()) {
      return Optional.of(reference.right(session, count));
    }
  }

  /** Drops what is remembered about a set, to make room for another. */
  public void forget(SampleSet samples) {
    Lazy lazy = references.remove(samples);
    if (lazy != null) {
      release(lazy.cacheBytes());
    }
  }

  private FloatReference floatReference(SampleSet samples) {
    return references.computeIfAbsent(samples, Lazy::new).get();
  }

  private synchronized boolean reserve(long bytes) {
    if (bytes > cacheLeft) {
      return false;
    }
    cacheLeft -= bytes;
    return true;
  }

  private synchronized void release(long bytes) {
    cacheLeft += bytes;
  }

  /** Computed once, by the first thread that asks; the others wait for it. */
  private final class Lazy {
    private final SampleSet samples;
    private @Nullable FloatReference reference;
    private long cacheBytes;

    Lazy(SampleSet samples) {
      this.samples = samples;
    }

    synchronized FloatReference get() {
      FloatReference done = reference;
      if (done == null) {
        boolean keep = reserve(samples.inputBytes());
        cacheBytes = keep ? samples.inputBytes() : 0;
        try {
          done = compute(keep);
        } catch (RuntimeException e) {
          release(cacheBytes);
          cacheBytes = 0;
          throw e;
        }
        reference = done;
      }
      return done;
    }

    synchronized long cacheBytes() {
      return cacheBytes;
    }

    private FloatReference compute(boolean keep) {
      try (Session session = floatModel.get()) {
        long axis = session.inputs().get(0).shape().get(0);
        if (axis > 0) {
          return compute(session, Math.toIntExact(axis), true, keep);
        }
        try {
          return compute(session, settings.batch(), false, keep);
        } catch (RuntimeFailure e) {
          // Some exporters leave the axis open and yet fix the batch at 1 further inside.
          if (settings.batch() == 1) {
            throw e;
          }
          return compute(session, 1, false, keep);
        }
      } catch (RuntimeFailure e) {
        throw new UserException(
            "the float model does not answer the " + samples.name() + ": " + e.getMessage(),
            "It must run on ONNX Runtime and give one row of finite float32 outputs per sample."
                + " Maybe the inputs in the task file do not suit it",
            e);
      }
    }

    private FloatReference compute(Session session, int batch, boolean padded, boolean keep) {
      CountMetric reordered =
          settings.informativeFirst() && metric instanceof CountMetric count ? count : null;
      PreparedBatches batches =
          new PreparedBatches(samples, batch, padded, keep && reordered == null);
      FloatReference reference =
          FloatReference.run(session, samples, metric, batches, settings.confidence());
      return reordered == null ? reference : reference.inInformativeOrder(reordered, keep);
    }
  }
}
