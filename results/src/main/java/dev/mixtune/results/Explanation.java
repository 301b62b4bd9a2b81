package dev.mixtune.results;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code explain.json}: why each layer of the chosen plan has its bits. Drops are fractions on the
 * search split, float minus plan.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param task the task's name
 * @param metric what accuracy means in this task
 * @param target the device's name
 * @param pointId the chosen plan
 * @param limit largest drop allowed; null when a size or a latency was the limit
 * @param confidence of the intervals of measured changes, 0..1
 * @param base what the plan itself scored, with the library's weights where it was scored with them
 * @param layers one per layer or group of tied layers, in the order of the network
 */
public record Explanation(
    int schemaVersion,
    String task,
    String metric,
    String target,
    String pointId,
    @Nullable Double limit,
    double confidence,
    Base base,
    List<Story> layers) {

  /** The version of the file that this class writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  public Explanation {
    layers = List.copyOf(layers);
  }

  /**
   * The plan that single steps start from.
   *
   * @param drop on the search split
   * @param samples of the search split
   * @param latencyMs milliseconds of one inference
   * @param latencyRatio against float
   * @param latencyRelativeError half width of the ratio's interval as a fraction of the ratio
   * @param sizeBytes bytes of its file
   */
  public record Base(
      double drop,
      int samples,
      double latencyMs,
      double latencyRatio,
      double latencyRelativeError,
      long sizeBytes) {}

  /**
   * One layer, or layers that share a choice.
   *
   * @param names of the layers
   * @param op the ONNX operator of the first
   * @param bits that the plan gives it
   * @param scheme that the plan gives it
   * @param down one step narrower; null where it has the narrowest width
   * @param up one step wider; null where it has the widest width
   * @param widths what each width does to it alone, all other layers float
   * @param implementations what was compared to implement a width; empty where there was no choice
   * @param reason why it has these bits, in words
   */
  public record Story(
      List<String> names,
      String op,
      int bits,
      String scheme,
      @Nullable Step down,
      @Nullable Step up,
      List<Width> widths,
      List<Implementation> implementations,
      String reason) {
    public Story {
      names = List.copyOf(names);
      widths = List.copyOf(widths);
      implementations = List.copyOf(implementations);
    }
  }

  /**
   * The plan with this layer one width away, all others as they are.
   *
   * @param bits of the layer then
   * @param scheme of the layer then
   * @param planId of the whole plan then
   * @param predicted what the surrogates of the search say; null when there was too little to fit.
   *     Its interval is two standard deviations to each side
   * @param measured what really scoring that plan gave; null when nobody did
   * @param source where {@code measured} comes from: {@code search}, {@code part} (given up in the
   *     search after a part of the samples: the drop is an estimate, the lower end certain) or
   *     {@code now}; null without it
   */
  public record Step(
      int bits,
      String scheme,
      String planId,
      @Nullable Change predicted,
      @Nullable Change measured,
      @Nullable String source) {

    /** The measured change where there is one, else the predicted one, else null. */
    public @Nullable Change known() {
      return measured == null ? predicted : measured;
    }
  }

  /**
   * What a step changes, step minus plan.
   *
   * @param drop of the metric: positive is worse
   * @param dropLow lower end of the drop's interval
   * @param dropHigh upper end; null where none is known
   * @param latencyRatio time relative to float; null where it is not known
   * @param sizeBytes of the file
   */
  public record Change(
      double drop,
      double dropLow,
      @Nullable Double dropHigh,
      @Nullable Double latencyRatio,
      long sizeBytes) {}

  /**
   * What one width does to a layer alone.
   *
   * @param damage KL divergence of the outputs
   * @param drop of the metric on the analysis' samples
   */
  public record Width(int bits, String scheme, double damage, double drop) {}

  /**
   * An implementation that autotuning compared.
   *
   * @param timeRatio of the layer alone, by the float layer's time
   * @param error root mean square of the output's error by that of the output
   * @param taken whether the menu keeps it
   */
  public record Implementation(
      int bits, String scheme, double timeRatio, double error, boolean taken) {}

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, StudyJson.write(this));
  }

  /**
   * Reads a file back.
   *
   * @throws dev.mixtune.engine.UserException when it is missing or broken
   */
  public static Explanation read(Path file) {
    return StudyJson.read(file, Explanation.class);
  }
}
