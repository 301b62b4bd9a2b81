package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed choice of samples with their labels, such as the search split. Two sets are equal only
 * when they are the same object. Thread-safe; whoever opened the inputs closes them.
 */
public final class SampleSet {
  private final String name;
  private final ModelInputs inputs;
  private final @Nullable Labels labels;
  private final int[] indices;

  /**
   * @param name for messages
   * @param labels one per sample of the source, or null when there are none
   * @param indices positions in the source, at least one
   */
  public SampleSet(
      String name, ModelInputs inputs, @Nullable Labels labels, List<Integer> indices) {
    this(name, inputs, labels, indices.stream().mapToInt(Integer::intValue).toArray());
  }

  private SampleSet(String name, ModelInputs inputs, @Nullable Labels labels, int[] indices) {
    this.name = name;
    this.inputs = inputs;
    this.labels = labels;
    this.indices = indices;
    if (indices.length == 0) {
      throw new IllegalArgumentException(name + " has no samples");
    }
    Arrays.stream(indices).forEach(i -> Objects.checkIndex(i, inputs.size()));
  }

  /** What the set is called in messages. */
  public String name() {
    return name;
  }

  /** Number of samples. */
  public int size() {
    return indices.length;
  }

  /** Whether the samples have labels. */
  public boolean isLabelled() {
    return labels != null;
  }

  /** Positions in the source. */
  public List<Integer> indices() {
    return Arrays.stream(indices).boxed().toList();
  }

  /**
   * A random part of this set, in the order of the source.
   *
   * @param most samples at most; the whole set when it has no more
   * @param random draws the part
   */
  public SampleSet subset(int most, Random random) {
    int[] part = most >= indices.length ? indices : Draw.sorted(indices, most, random);
    return new SampleSet(name, inputs, labels, part);
  }

  /**
   * The same samples in another order, or some of them.
   *
   * @param positions in this set, each once at most
   */
  public SampleSet inOrder(int[] positions) {
    int[] moved = Arrays.stream(positions).map(position -> indices[position]).toArray();
    return new SampleSet(name, inputs, labels, moved);
  }

  /** The samples of this set and of another one of the same source, in the order of the source. */
  SampleSet and(SampleSet other, String called) {
    if (inputs != other.inputs) {
      throw new IllegalArgumentException(name + " and " + other.name + " have different sources");
    }
    int[] both =
        IntStream.concat(Arrays.stream(indices), Arrays.stream(other.indices))
            .sorted()
            .distinct()
            .toArray();
    return new SampleSet(called, inputs, labels, both);
  }

  /**
   * The samples in batches, read as one goes. Texts come one by one, each at its own length.
   *
   * @param batch samples per batch; the last batch may have fewer
   * @param padded whether the last batch is filled up by repeating its last sample, for models
   *     whose batch axis is fixed
   */
  public Iterable<Map<String, Tensor>> batches(int batch, boolean padded) {
    int size = Math.min(batch, inputs.mostPerRun());
    int count = (indices.length + size - 1) / size;
    return () ->
        IntStream.range(0, count)
            .boxed()
            .flatMap(number -> feed(number * size, size, padded).runs().stream())
            .iterator();
  }

  /**
   * Inputs of one inference at the shape of deployment, made from the first samples.
   *
   * @param batch samples, or texts, in the inference
   * @param sequence tokens of each text; of no meaning for anything else
   */
  public Map<String, Tensor> deployment(int batch, int sequence) {
    int[] chosen = new int[batch];
    for (int i = 0; i < batch; i++) {
      chosen[i] = indices[Math.min(i, indices.length - 1)];
    }
    return inputs.deployment(chosen, sequence);
  }

  int mostPerRun() {
    return inputs.mostPerRun();
  }

  OutputReader outputReader() {
    return inputs.outputReader();
  }

  /** Up to {@code length} samples from position {@code start} of this set. */
  Feed feed(int start, int length, boolean padded) {
    int end = Math.min(indices.length, start + length);
    int[] chosen = Arrays.copyOfRange(indices, start, end);
    if (padded && chosen.length < length) {
      int there = chosen.length;
      chosen = Arrays.copyOf(chosen, length);
      Arrays.fill(chosen, there, length, chosen[there - 1]);
    }
    return inputs.feed(chosen);
  }

  long inputBytes() {
    return inputs.bytes(indices);
  }

  /** The label of the sample at a position of this set, as a number; NaN without labels. */
  double target(int position) {
    return labels == null ? Double.NaN : labels.number(indices[position]);
  }

  /** The class of the sample at a position of this set; -1 without labels. */
  public int label(int position) {
    return labels == null ? -1 : labels.at(indices[position]);
  }

  /** Content hash of the sample at a position of this set. */
  String hash(int position) {
    return inputs.hash(indices[position]);
  }

  void checkLabels(int classes) {
    if (labels != null) {
      labels.checkLength(inputs.size());
      labels.checkRange(classes);
    }
  }

  /**
   * SHA-256 over content and label of every sample, in hex: the same samples have the same
   * fingerprint wherever their files lie. Reads all samples. Preprocessing is not part of it.
   */
  public String fingerprint() {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < indices.length; i++) {
      digest.update(inputs.hash(indices[i]).getBytes(StandardCharsets.US_ASCII));
      digest.update(labelBytes(i));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private byte[] labelBytes(int position) {
    if (labels != null && !labels.areClasses()) {
      return ByteBuffer.allocate(Double.BYTES).putDouble(target(position)).array();
    }
    return ByteBuffer.allocate(Integer.BYTES).putInt(label(position)).array();
  }
}
