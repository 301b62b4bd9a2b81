package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads task files: YAML, at most 1 MB, no anchors or aliases.
 *
 * <p>Required: {@code model}, {@code inputs} with a {@code source} each, {@code metric}; for text
 * ({@code kind: text-pairs} or {@code kind: texts}) a {@code tokenizer}. Left out, the rest is:
 * {@code pooling} none, {@code maxTokens} as the tokenizer says, else 512; {@code name} the file's
 * name, {@code mean} 0 and {@code std} 1, {@code layout} read off the model, {@code calibration} as
 * in {@link Task.Calibration}, {@code splits} 0.4 and 0.6, {@code latency} batch 1 and one thread,
 * no {@code robustness}, no {@code train}.
 */
public final class TaskFile {

  private final Path file;
  private final Path folder;

  private TaskFile(Path file) {
    this.file = file;
    this.folder =
        Optional.ofNullable(file.toAbsolutePath().normalize().getParent()).orElse(Path.of(""));
  }

  /**
   * Reads a task file and checks that the files it names exist.
   *
   * @throws UserException naming the file, the field, the value and a way out
   */
  public static Task read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          "task file " + file + ": there is no such file", "Name an existing YAML file");
    }
    return new TaskFile(file).task(Fields.of(file, "", YamlTree.read(file)));
  }

  private Task task(Fields fields) {
    fields.only(
        "name",
        "model",
        "inputs",
        "labels",
        "metric",
        "calibration",
        "splits",
        "latency",
        "robustness",
        "train");
    String fileName = file.toAbsolutePath().getFileName().toString();
    String name =
        fields.optionalText("name").orElse(fileName.replaceFirst("(\\.task)?\\.ya?ml$", ""));
    Path model = existing(fields, "model", fields.text("model"));
    List<Task.Input> inputs = inputs(fields);
    Path labels =
        fields.optionalText("labels").map(t -> existing(fields, "labels", t)).orElse(null);
    Metric metric = metric(fields);
    TextFields.requireSuited(fields, metric, inputs.get(0));
    Task.Calibration calibration =
        calibration(fields.mapping("calibration"), inputs.get(0).source());
    Task.Fractions splits = splits(fields.mapping("splits"));
    Task.Deployment latency = latency(fields.mapping("latency"));
    List<Task.FurtherData> robustness = robustness(fields);
    Task.Training train = fields.mapping("train").map(this::training).orElse(null);
    return new Task(
        name, model, inputs, labels, metric, calibration, splits, latency, robustness, train);
  }

  private List<Task.Input> inputs(Fields fields) {
    List<Task.Input> inputs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Fields entry : fields.mappings("inputs", "")) {
      Task.Input input = input(entry);
      if (input.name() != null && !names.add(input.name())) {
        throw entry.wrong("name", "is '" + input.name() + "' twice", "Name each input once");
      }
      inputs.add(input);
    }
    if (inputs.size() > 1 && inputs.stream().anyMatch(input -> input.text() != null)) {
      throw fields.wrong(
          "inputs",
          "has text and " + (inputs.size() - 1) + " more",
          "Text feeds all inputs of the model: let it be the only entry");
    }
    if (inputs.isEmpty()) {
      throw fields.wrong(
          "inputs", "is missing or empty", "Add a list with a name and a source for each input");
    }
    return inputs;
  }

  private Task.Input input(Fields entry) {
    entry.only(
        "name", "source", "layout", "mean", "std", "kind", "tokenizer", "pooling", "maxTokens");
    if (entry.has("kind")) {
      Task.Text text =
          TextFields.read(entry, () -> existing(entry, "tokenizer", entry.text("tokenizer")));
      return Task.Input.ofText(existing(entry, "source", entry.text("source")), text);
    }
    for (String key : List.of("tokenizer", "pooling", "maxTokens")) {
      if (entry.has(key)) {
        throw entry.wrong(key, "is for text", "Add 'kind: text-pairs' or 'kind: texts'");
      }
    }
    String name = entry.optionalText("name").orElse(null);
    String source = entry.text("source");
    Layout layout = entry.optionalText("layout").map(t -> layout(entry, t)).orElse(null);
    Optional<List<Double>> mean = entry.numbers("mean");
    Optional<List<Double>> std = entry.numbers("std");
    return new Task.Input(
        name, existing(entry, "source", source), layout, scaling(entry, mean, std));
  }

  private static Scaling scaling(
      Fields entry, Optional<List<Double>> mean, Optional<List<Double>> std) {
    if (mean.isEmpty() && std.isEmpty()) {
      return new Scaling.None();
    }
    if (std.isPresent() && std.get().contains(0.0)) {
      throw entry.wrong("std", "holds 0 in " + std.get(), "Every standard deviation is above 0");
    }
    if (std.isPresent() && std.get().stream().anyMatch(s -> s < 0)) {
      throw entry.wrong(
          "std", "holds a negative number in " + std.get(), "Every standard deviation is above 0");
    }
    List<Double> means = mean.orElse(List.of(0.0));
    List<Double> stds = std.orElse(List.of(1.0));
    if (means.size() != stds.size() && means.size() > 1 && stds.size() > 1) {
      throw entry.wrong(
          "mean",
          "has " + means.size() + " values and std has " + stds.size(),
          "Give one value per channel in both");
    }
    return new Scaling.Given(means, stds);
  }

  private static Layout layout(Fields entry, String text) {
    try {
      return Layout.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw entry.wrong("layout", "is '" + text + "'", "Known: NCHW, NHWC");
    }
  }

  private static Metric metric(Fields fields) {
    String id = fields.text("metric");
    return Metric.find(id)
        .orElseThrow(
            () -> fields.wrong("metric", "is '" + id + "'", Suggestion.among(id, Metric.ids())));
  }

  private Task.Calibration calibration(Optional<Fields> fields, Path inputSource) {
    if (fields.isEmpty()) {
      return new Task.Calibration(null, OptionalInt.empty());
    }
    Fields entry = fields.get().only("source", "samples");
    @Nullable Path source =
        entry.optionalText("source").map(t -> existing(entry, "source", t)).orElse(null);
    Task.Calibration calibration =
        new Task.Calibration(
            source == null || source.equals(inputSource) ? null : source,
            entry.positiveInt("samples"));
    return calibration;
  }

  private Task.Training training(Fields fields) {
    Fields entry = fields.only("source", "labels", "samples");
    Path labels = entry.optionalText("labels").map(t -> existing(entry, "labels", t)).orElse(null);
    return new Task.Training(
        existing(entry, "source", entry.text("source")), labels, entry.positiveInt("samples"));
  }

  private static Task.Fractions splits(Optional<Fields> fields) {
    if (fields.isEmpty()) {
      return new Task.Fractions(0.4, 0.6);
    }
    Fields entry = fields.get().only("search", "holdout");
    double search = fraction(entry, "search", 0.4);
    double holdout = fraction(entry, "holdout", entry.has("search") ? 1 - search : 0.6);
    if (search + holdout > 1 + 1e-9) {
      throw entry.wrong(
          "search",
          search + " and holdout " + holdout + " sum to " + (search + holdout),
          "The two fractions must sum to at most 1");
    }
    return new Task.Fractions(search, holdout);
  }

  private static double fraction(Fields entry, String key, double otherwise) {
    double fraction = entry.number(key, otherwise);
    if (!(fraction > 0 && fraction < 1)) {
      throw entry.wrong(
          key, "is " + fraction, "It is a fraction between 0 and 1, such as 0.4, of the samples");
    }
    return fraction;
  }

  private static Task.Deployment latency(Optional<Fields> fields) {
    if (fields.isEmpty()) {
      return new Task.Deployment(1, 1, Map.of());
    }
    Fields entry = fields.get().only("batch", "threads", "axes");
    int batch = entry.positiveInt("batch").orElse(1);
    int threads = entry.positiveInt("threads").orElse(1);
    Map<String, Long> axes = new HashMap<>();
    entry
        .mapping("axes")
        .ifPresent(
            named -> {
              for (String axis : named.keys()) {
                axes.put(
                    axis,
                    (long)
                        named
                            .positiveInt(axis)
                            .orElseThrow(
                                () -> named.wrong(axis, "has no value", "Give its length")));
              }
            });
    return new Task.Deployment(batch, threads, axes);
  }

  private List<Task.FurtherData> robustness(Fields fields) {
    List<Task.FurtherData> further = new ArrayList<>();
    for (Fields entry : fields.mappings("robustness", "source")) {
      entry.only("name", "source", "labels");
      String source = entry.text("source");
      String name = entry.optionalText("name").orElse(source);
      Path labels =
          entry.optionalText("labels").map(t -> existing(entry, "labels", t)).orElse(null);
      further.add(new Task.FurtherData(name, existing(entry, "source", source), labels));
    }
    return further;
  }

  private Path existing(Fields fields, String key, String text) {
    Path path;
    try {
      path = folder.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw new UserException(
          file + ": " + key + " is '" + text + "', which is no path", "Name an existing file", e);
    }
    if (!Files.exists(path)) {
      throw fields.wrong(
          key,
          "is '" + text + "': there is no " + path,
          "Paths are relative to the folder of the task file");
    }
    return path;
  }
}
