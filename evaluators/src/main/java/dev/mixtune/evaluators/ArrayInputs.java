package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arrays and pictures: as many samples as one likes share a run. */
final class ArrayInputs extends ModelInputs {
  private final Map<String, Samples> byName;
  private final int size;

  ArrayInputs(Map<String, Samples> byName) {
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

  @Override
  public int size() {
    return size;
  }

  @Override
  int mostPerRun() {
    return Integer.MAX_VALUE;
  }

  @Override
  Feed feed(int[] indices) {
    return new Feed(List.of(batch(indices)));
  }

  @Override
  OutputReader outputReader() {
    return (outputs, inputs, fed) -> Answers.ofFirstOutput(outputs, fed);
  }

  @Override
  Map<String, Tensor> deployment(int[] indices, int sequence) {
    return batch(indices);
  }

  private Map<String, Tensor> batch(int[] indices) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    byName.forEach((name, samples) -> tensors.put(name, samples.batch(indices)));
    return tensors;
  }

  @Override
  long bytes(int[] indices) {
    long bytes = 0;
    for (Samples samples : byName.values()) {
      List<Long> shape = samples.shape();
      bytes +=
          samples.bytesPerElement()
              * Tensor.elements(shape.stream().mapToLong(Long::longValue).toArray());
    }
    return bytes * indices.length;
  }

  @Override
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
