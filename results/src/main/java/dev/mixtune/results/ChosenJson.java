package dev.mixtune.results;

import dev.mixtune.evaluators.ClassDrops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code chosen.json}: what the chosen model file is, so that the two can travel without the rest
 * of the study.
 */
public final class ChosenJson {
  private ChosenJson() {}

  /**
   * The second measurement: the model file was read back from disk, scored and timed again.
   *
   * @param sizeBytes of the file
   * @param latencyRatio against float
   * @param latencyMs milliseconds of one inference
   * @param relativeError of the ratio
   * @param accuracy the metric; what was recorded before
   * @param right samples answered right; null where the metric is no share of them
   * @param samples number of samples
   * @param split which samples, {@code holdout} or {@code search}
   */
  public record ReadBack(
      long sizeBytes,
      double latencyRatio,
      double latencyMs,
      double relativeError,
      double accuracy,
      @Nullable Integer right,
      int samples,
      String split) {
    public ReadBack {
      Numbers.requirePositive("sizeBytes", sizeBytes);
      Numbers.requirePositive("latencyRatio", latencyRatio);
      Numbers.requirePositive("latencyMs", latencyMs);
      Numbers.requireFinite("relativeError", relativeError);
      Numbers.requireFinite("accuracy", accuracy);
    }
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @param modelFile name of the model file beside it
   * @param modelSha256 of its bytes, in hexadecimal digits
   * @param readBack what the file itself came to
   * @throws IllegalArgumentException when the frontier has no chosen point
   */
  public static void write(
      Path file, Frontier frontier, String modelFile, String modelSha256, ReadBack readBack) {
    write(file, frontier, modelFile, modelSha256, readBack, /* classes= */ null);
  }

  /**
   * As above, with the drop of each class.
   *
   * @param classes of the model file; null where there are no classes, or no time was left
   */
  public static void write(
      Path file,
      Frontier frontier,
      String modelFile,
      String modelSha256,
      ReadBack readBack,
      @Nullable ClassDrops classes) {
    FrontierPoint point =
        frontier.chosen().orElseThrow(() -> new IllegalArgumentException("no point is chosen"));
    List<ChosenLayer> layers = new ArrayList<>();
    for (int i = 0; i < frontier.layers().size(); i++) {
      layers.add(
          new ChosenLayer(
              frontier.layers().get(i).name(),
              point.bits().get(i),
              point.schemes().get(i),
              point.kernels().get(i)));
    }
    Chosen chosen =
        new Chosen(
            Frontier.SCHEMA_VERSION,
            frontier.task(),
            frontier.metric(),
            new Frontier.ModelFile(modelFile, modelSha256),
            frontier.model(),
            frontier.target(),
            frontier.latency(),
            frontier.limit(),
            frontier.certificate(),
            frontier.reference(),
            layers,
            point,
            readBack,
            classes);
    AtomicFile.write(file, StudyJson.write(chosen));
  }

  private record ChosenLayer(String name, int bits, String scheme, String kernel) {}

  private record Chosen(
      int schemaVersion,
      String task,
      String metric,
      Frontier.ModelFile model,
      Frontier.ModelFile madeFrom,
      Frontier.Target target,
      Frontier.Deployment latency,
      Frontier.Limit limit,
      Frontier.@Nullable CertificateFacts certificate,
      Frontier.Reference reference,
      List<ChosenLayer> layers,
      FrontierPoint point,
      ReadBack readBack,
      @Nullable ClassDrops classes) {}
}
