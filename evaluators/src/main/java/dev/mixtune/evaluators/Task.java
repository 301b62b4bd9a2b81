package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param train samples to fine-tune plans with, or null; no study looks at them
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
    List<FurtherData> robustness,
    @Nullable Training train) {

  public Task {
    inputs = List.copyOf(inputs);
    robustness = List.copyOf(robustness);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a task needs at least one input");
    }
  }

  /** A task without training samples. */
  public Task(
      String name,
      Path model,
      List<Input> inputs,
      @Nullable Path labels,
      Metric metric,
      Calibration calibration,
      Fractions splits,
      Deployment latency,
      List<FurtherData> robustness) {
    this(
        name,
        model,
        inputs,
        labels,
        metric,
        calibration,
        splits,
        latency,
        robustness,
        /* train= */ null);
  }

  /**
   * One input of the model.
   *
   * @param name the model's input name, or null for the only input of the model
   * @param source .npy, .npy.gz, a folder with labels.csv and images/, or class folders; a file of
   *     lines for text
   * @param layout what the model wants, or null to read it off the model's input shape
   * @param scaling from stored values to the model's input
   * @param text how lines become inputs, or null for arrays and pictures; text feeds all inputs of
   *     the model
   */
  public record Input(
      @Nullable String name,
      Path source,
      @Nullable Layout layout,
      Scaling scaling,
      @Nullable Text text) {

    /** An input of arrays or pictures. */
    public Input(@Nullable String name, Path source, @Nullable Layout layout, Scaling scaling) {
      this(name, source, layout, scaling, null);
    }

    /** The text behind all inputs of a model. */
    public static Input ofText(Path source, Text text) {
      return new Input(null, source, null, new Scaling.None(), text);
    }
  }

  /**
   * How lines become inputs.
   *
   * @param kind what a line holds
   * @param tokenizer the tokenizer.json of the model
   * @param pooling how a text's outputs become one row
   * @param maxTokens longer texts are cut; empty: what the tokenizer.json says, else {@value
   *     #USUAL_MAX_TOKENS}
   */
  public record Text(Kind kind, Path tokenizer, Pooling pooling, OptionalInt maxTokens) {
    static final int USUAL_MAX_TOKENS = 512;

    public Text {
      if (maxTokens.isPresent() && maxTokens.getAsInt() < 2) {
        throw new IllegalArgumentException("at most " + maxTokens.getAsInt() + " tokens");
      }
    }

    /** What a line holds, columns separated by tabs. */
    public enum Kind {
      /** A number, a text and another text. */
      PAIRS("text-pairs"),
      /** A label and a text; a text alone where the labels have a file or nobody needs them. */
      TEXTS("texts");

      private final String id;

      Kind(String id) {
        this.id = id;
      }

      /** The name in task files. */
      public String id() {
        return id;
      }
    }
  }

  /** How lines become inputs; empty for arrays and pictures. */
  public Optional<Text> text() {
    return Optional.ofNullable(inputs.get(0).text());
  }

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
   * Samples to fine-tune with; none of them may be scored.
   *
   * @param source as for an input
   * @param labels label file, or null when the source carries them or there are none
   * @param samples how many are drawn; empty: all
   */
  public record Training(Path source, @Nullable Path labels, OptionalInt samples) {
    public Training {
      if (samples.isPresent() && samples.getAsInt() <= 0) {
        throw new IllegalArgumentException("training samples " + samples.getAsInt());
      }
    }
  }

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
