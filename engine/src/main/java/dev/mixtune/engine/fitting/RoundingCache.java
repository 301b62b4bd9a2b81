package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps rounded networks and what was chosen before them on disk, so that a second search on the
 * same model starts at once.
 *
 * <p>A file is named after everything that its content depends on. It is written beside its place
 * and moved there, and carries a digest: a file that is damaged or cannot be read counts as absent.
 */
public final class RoundingCache {
  /** Changes whenever the same inputs would be rounded to other codes, or are stored otherwise. */
  public static final int VERSION = 6;

  private static final int DIGEST_BYTES = 32;
  private static final Logger LOG = LoggerFactory.getLogger(RoundingCache.class);

  private final Path folder;

  /**
   * @param folder where the files are; made when the first one is written
   */
  public RoundingCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The key of a rounding: model, its weights, the layers' shapes, activation ranges, calibration
   * samples, settings, runtime and version.
   *
   * @param runtime name and version of what computes the layers' inputs, as {@link
   *     dev.mixtune.engine.runtime.ModelRuntime#version} says
   * @param batches the samples; read once
   */
  public static String key(
      Network network,
      String runtime,
      Calibration calibration,
      FittingSettings settings,
      Iterable<Map<String, Tensor>> batches) {
    return key(
        network, runtime, calibration, settings, UniformNetworks.of(network, settings), batches);
  }

  /**
   * The same for weights that are fitted in some networks only.
   *
   * @param networks the ones
   */
  public static String key(
      Network network,
      String runtime,
      Calibration calibration,
      FittingSettings settings,
      UniformNetworks networks,
      Iterable<Map<String, Tensor>> batches) {
    MessageDigest digest = started(network, runtime, settings.toString());
    networks.plans().forEach(plan -> update(digest, plan.key()));
    for (String tensor : calibration.tensors()) {
      update(digest, tensor + " " + calibration.range(tensor));
    }
    return finished(digest, batches);
  }

  /**
   * The key of what is known before there are activation ranges: as the other key without them and
   * without settings.
   *
   * @param method name of what chooses the ranges
   * @param batches the samples; read once
   */
  public static String key(
      Network network, String runtime, String method, Iterable<Map<String, Tensor>> batches) {
    return finished(started(network, runtime, method), batches);
  }

  private static MessageDigest started(Network network, String runtime, String settings) {
    MessageDigest digest = sha256();
    update(digest, VERSION + " " + network.sha256() + " " + settings);
    update(digest, runtime);
    // Lengths given for open axes are not in the file.
    for (Layer layer : network.layers()) {
      update(digest, layer.name() + " " + layer.kind());
      update(digest, layer.inputShape() + " " + layer.outputShape());
    }
    // The same file may be studied with other weights, such as equalized ones.
    for (TensorProto constant : network.graph().model().getGraph().getInitializerList()) {
      update(digest, constant.getName());
      digest.update(constant.getRawData().asReadOnlyByteBuffer());
    }
    return digest;
  }

  private static String finished(MessageDigest digest, Iterable<Map<String, Tensor>> batches) {
    for (Map<String, Tensor> batch : batches) {
      new TreeMap<>(batch)
          .forEach(
              (name, tensor) -> {
                update(digest, name + " " + Arrays.toString(tensor.shape()));
                update(digest, tensor);
              });
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static void update(MessageDigest digest, Tensor tensor) {
    if (tensor instanceof Tensor.Floats floats) {
      ByteBuffer bytes = ByteBuffer.allocate(floats.values().length * Float.BYTES);
      bytes.asFloatBuffer().put(floats.values());
      digest.update(bytes);
    } else if (tensor instanceof Tensor.Longs longs) {
      ByteBuffer bytes = ByteBuffer.allocate(longs.values().length * Long.BYTES);
      bytes.asLongBuffer().put(longs.values());
      digest.update(bytes);
    }
  }

  /**
   * The rounded network of this key, from disk or else computed and stored. When the folder cannot
   * be written the answer is computed all the same.
   *
   * @param network what is rounded
   * @param key from {@link #key}
   * @param computation what to do when there is no file
   */
  public RoundedNetwork get(Network network, String key, Supplier<RoundedNetwork> computation) {
    return get(
        folder.resolve(key + ".rounded"),
        bytes -> RoundedNetworkBytes.read(network, bytes),
        rounded -> RoundedNetworkBytes.of(network, rounded),
        computation);
  }

  /**
   * The activation ranges of this key, from disk or else computed and stored, as {@link #get}.
   *
   * @param observed observations of the network on the samples that the key stands for
   * @param key from {@link #key}, of the ranges that the search starts with
   * @param computation what to do when there is no file
   */
  public FittedRanges ranges(Calibration observed, String key, Supplier<FittedRanges> computation) {
    return get(
        folder.resolve(key + ".ranges"),
        bytes -> FittedRangesBytes.read(observed, bytes),
        FittedRangesBytes::of,
        computation);
  }

  /**
   * Whether weights are equalized, from disk or else measured and stored, as {@link #get}.
   *
   * @param network as imported
   * @param key from {@link #key(Network, String, String, Iterable)}
   * @param computation what to do when there is no file
   */
  public EqualizationChoice equalization(
      Network network, String key, Supplier<EqualizationChoice> computation) {
    return get(
        folder.resolve(key + ".equalization"),
        bytes -> EqualizationBytes.read(network, bytes),
        EqualizationBytes::of,
        computation);
  }

  private interface Reader<T> {
    T read(byte[] bytes) throws IOException;
  }

  private interface Writer<T> {
    byte[] write(T value) throws IOException;
  }

  private <T> T get(Path file, Reader<T> reader, Writer<T> writer, Supplier<T> computation) {
    try {
      if (Files.exists(file)) {
        return reader.read(verified(Files.readAllBytes(file)));
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("the rounding cache {} is damaged and is made again", file, e);
    }
    T value = computation.get();
    try {
      write(file, writer.write(value));
    } catch (IOException e) {
      LOG.warn("the rounding cache {} cannot be written", file, e);
    }
    return value;
  }

  private static byte[] verified(byte[] stored) throws IOException {
    if (stored.length < DIGEST_BYTES) {
      throw new IOException("cut off after " + stored.length + " bytes");
    }
    byte[] content = Arrays.copyOf(stored, stored.length - DIGEST_BYTES);
    byte[] digest = Arrays.copyOfRange(stored, content.length, stored.length);
    if (!Arrays.equals(sha256().digest(content), digest)) {
      throw new IOException("the digest does not fit");
    }
    return content;
  }

  private void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, "rounding", ".part");
    try {
      ByteBuffer bytes = ByteBuffer.allocate(content.length + DIGEST_BYTES);
      Files.write(part, bytes.put(content).put(sha256().digest(content)).array());
      try {
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
