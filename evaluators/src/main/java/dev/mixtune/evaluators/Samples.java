package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import java.util.List;

/**
 * Port: the samples of one source, as one input of the model. Thread-safe; the opener closes it.
 */
public interface Samples extends AutoCloseable {

  /** Number of samples, above 0. */
  int size();

  /** Shape of one sample in the model's layout, without the batch axis. */
  List<Long> shape();

  /**
   * Preprocessed samples in the model's layout, shape {@code [indices.length, ...shape()]}.
   *
   * @param indices positions in the source; may repeat
   */
  Tensor batch(int[] indices);

  /** Bytes of one preprocessed value. */
  default int bytesPerElement() {
    return Float.BYTES;
  }

  /** SHA-256 of the sample's content as stored, in hex: equal samples have equal hashes. */
  String hash(int index);

  @Override
  void close();
}
