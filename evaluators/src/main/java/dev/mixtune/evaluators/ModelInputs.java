package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The samples of all inputs of a model: sample {@code i} is the {@code i}-th of every source.
 * Thread-safe; the opener closes it.
 */
public final class ModelInputs implements AutoCloseable {
  private final Map<String, Samples> byName;
  private final int size;

  /**
   * Takes over the sources, also when it refuses them.
   *
   * @param byName samples by the model's input name, at least one
   * @throws UserException when the sources differ in length
   */
  public ModelInputs(Map<String, Samples> byName) {
    this.byName = new LinkedHashMap<>(byName);
    Map.Entry<String, Samples> first = this.byName.entrySet().iterator().next();
    this.size = first.getValue().size();
    for (Map.Entry<String, Samples> other : this.byName.entrySet()) {
      int length = other.getValue().size();
      if (length != size) {
        close();
        throw new UserException(
            "input '"
                + other.getKey()
                + "' has "
                + length
                + " samples, and input '"
                + first.getKey()
                + "' has "
                + size,
            "The sources of all inputs hold the same samples in the same order");
      }
    }
  }

  /** Number of samples. */
  public int size() {
    return size;
  }

  /** Preprocessed samples, one tensor per input name; see {@link Samples#batch}. */
  public Map<String, Tensor> batch(int[] indices) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    byName.forEach((name, samples) -> tensors.put(name, samples.batch(indices)));
    return tensors;
  }

  /** Bytes of one preprocessed sample, all inputs together. */
  long bytesPerSample() {
    long bytes = 0;
    for (Samples samples : byName.values()) {
      List<Long> shape = samples.shape();
      bytes += 4 * Tensor.elements(shape.stream().mapToLong(Long::longValue).toArray());
    }
    return bytes;
  }

  /** Content hash of one sample, all inputs together. */
  String hash(int index) {
    StringBuilder hash = new StringBuilder();
    byName.values().forEach(samples -> hash.append(samples.hash(index)));
    return hash.toString();
  }

  @Override
  public void close() {
    byName.values().forEach(Samples::close);
  }
}
