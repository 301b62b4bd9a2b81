package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A model, its inputs, its labels, its metric: what "accuracy" means here. Paths are resolved.
 *
 * @param name a short name for reports
 * @param model the ONNX file
 * @param inputs where the model's inputs come from, at least one
 * @param labels file with int64 labels, or null when the source carries them or the metric needs
 *     none
 * @param metric what is counted
 * @param calibration unlabelled samples, never scored on
 * @param splits shares of the remaining samples
 * @param latency the deployment shape
 * @param robustness further data, scored for the float model and the chosen plan only
 */
public record Task(
    String name,
    Path model,
    List<Input> inputs,
    @Nullable Path labels,
    Metric metric,
    Calibration calibration,
    Fractions splits,
    Deployment latency,
    List<FurtherData> robustness) {

  public Task {
    inputs = List.copyOf(inputs);
    robustness = List.copyOf(robustness);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a task needs at least one input");
    }
  }

  /**
   * One input of the model.
   *
   * @param name the model's input name, or null for the only input of the model
   * @param source .npy, .npy.gz, a folder with labels.csv and images/, or class folders
   * @param layout what the model wants, or null to read it off the model's input shape
   * @param scaling from stored values to the model's input
   */
  public record Input(
      @Nullable String name, Path source, @Nullable Layout layout, Scaling scaling) {}

  /**
   * The samples that activation ranges and weight rounding look at.
   *
   * @param source null or equal to the input's source: drawn from there first, and taken out of
   *     both splits
   * @param samples how many; empty: 512, and at most a quarter of a source shared with the input
   */
  public record Calibration(@Nullable Path source, OptionalInt samples) {
    public Calibration {
      if (samples.isPresent() && samples.getAsInt() <= 0) {
        throw new IllegalArgumentException("calibration samples " + samples.getAsInt());
      }
    }
  }

  /**
   * Shares of the samples, fractions above 0 that sum to at most 1.
   *
   * @param search scored during the search
   * @param holdout only certifies
   */
  public record Fractions(double search, double holdout) {
    public Fractions {
      if (!(search > 0) || !(holdout > 0) || search + holdout > 1 + 1e-9) {
        throw new IllegalArgumentException("search " + search + ", holdout " + holdout);
      }
    }
  }

  /**
   * The shape at which latency is measured.
   *
   * @param batch samples per run, at least 1
   * @param threads intra-operator threads, at least 1
   * @param axes lengths of named dynamic axes
   */
  public record Deployment(int batch, int threads, Map<String, Long> axes) {
    public Deployment {
      axes = Map.copyOf(axes);
      if (batch < 1 || threads < 1) {
        throw new IllegalArgumentException("batch " + batch + ", threads " + threads);
      }
    }
  }

  /**
   * A further data source.
   *
   * @param name for reports
   * @param source as for an input
   * @param labels label file, or null when the source carries them or the metric needs none
   */
  public record FurtherData(String name, Path source, @Nullable Path labels) {}

  /**
   * The task behind {@code --model m.onnx --data DIR}: top1 on class folders or on labels.csv with
   * images, fidelity when the folder has no labels; 512 calibration samples (at most a quarter)
   * drawn from the same folder, 40 % search, 60 % holdout, batch 1, one thread.
   *
   * <p>Pictures are scaled by {@link Scaling.ImageDefaults}: the ImageNet mean and standard
   * deviation for three channels, 0..1 for any other number. A model that wants something else
   * needs a task file.
   *
   * @throws UserException when the model or the folder is missing, or the folder has no pictures
   */
  public static Task ofModel(Path model, Path data) {
    if (!Files.isRegularFile(model)) {
      throw new UserException(
          "--model " + model + ": there is no such file", "Name an existing ONNX file");
    }
    if (!Files.isDirectory(data)) {
      throw new UserException(
          "--data " + data + ": there is no such folder",
          "Name a folder with labels.csv and images/, or with one folder per class; arrays need a"
              + " task file (--task)");
    }
    boolean labelled = ImageFolder.list(data, "--data").labels() != null;
    String file = model.toAbsolutePath().normalize().getFileName().toString();
    return new Task(
        file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file,
        model,
        List.of(new Input(null, data, null, new Scaling.ImageDefaults())),
        null,
        labelled ? new TopK(1) : new Fidelity(),
        new Calibration(null, OptionalInt.empty()),
        new Fractions(0.4, 0.6),
        new Deployment(1, 1, Map.of()),
        List.of());
  }
}
