package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.util.Map;

/**
 * The samples of a source, as a model is fed with them. Thread-safe; the opener closes it.
 *
 * <p>Samples of arrays and pictures share a run; a text has a run of its own, at its own length.
 */
public abstract sealed class ModelInputs implements AutoCloseable permits ArrayInputs, TextInputs {

  /**
   * Samples of several inputs: sample {@code i} is the {@code i}-th of every source. Takes over the
   * sources, also when it refuses them.
   *
   * @param byName samples by the model's input name, at least one
   * @throws UserException when the sources differ in length
   */
  public static ModelInputs of(Map<String, Samples> byName) {
    return new ArrayInputs(byName);
  }

  /** Number of samples. */
  public abstract int size();

  /** Samples that one run can take, at least 1. */
  abstract int mostPerRun();

  /**
   * What a model is fed for some samples.
   *
   * @param indices positions in the source, at most {@link #mostPerRun}; may repeat
   */
  abstract Feed feed(int[] indices);

  /** Makes answers of what the model puts out. */
  abstract OutputReader outputReader();

  /**
   * Inputs of one inference at the shape of deployment.
   *
   * @param indices positions of samples to take them from, as many as there are in the inference
   * @param sequence tokens of each text; of no meaning for anything else
   */
  abstract Map<String, Tensor> deployment(int[] indices, int sequence);

  /** Bytes of some prepared samples. */
  abstract long bytes(int[] indices);

  /** Content hash of one sample, all inputs together. */
  abstract String hash(int index);

  @Override
  public abstract void close();
}
