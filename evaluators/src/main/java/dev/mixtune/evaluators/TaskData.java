package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The opened data of a task: calibration, search and holdout samples. What it hands out is open
 * until it is closed.
 */
public final class TaskData implements AutoCloseable {
  private static final int USUAL_CALIBRATION = 512;

  private final Task task;
  private final List<Session.Port> outputs;
  private final SourceOpener sources;
  private final List<ModelInputs> opened = new ArrayList<>();
  private final Splits splits;
  private final SampleSet calibration;
  private final SampleSet search;
  private final SampleSet holdout;

  /**
   * Opens the data and draws calibration samples and splits.
   *
   * <p>A tokenizer's native library is unpacked into the temp folder; give it a place of its own
   * with {@link #open(Task, Session, long, Path)}.
   *
   * @param task what to open
   * @param floatModel the open float model, asked for its inputs and outputs only
   * @param seed fixes the draws
   * @throws UserException when the data do not fit the model, the labels do not fit the samples, or
   *     calibration and evaluation share equal samples
   */
  public static TaskData open(Task task, Session floatModel, long seed) {
    return open(task, floatModel, seed, Path.of(System.getProperty("java.io.tmpdir", ".")));
  }

  /**
   * As {@link #open(Task, Session, long)}.
   *
   * @param cache folder that keeps the tokenizers' native library between runs
   */
  public static TaskData open(Task task, Session floatModel, long seed, Path cache) {
    return new TaskData(task, floatModel, new Random(seed), cache);
  }

  // The draws come in a fixed order: calibration, then splits.
  private TaskData(Task task, Session floatModel, Random random, Path cache) {
    this.task = task;
    this.outputs = floatModel.outputs();
    this.sources =
        task.text().isPresent()
            ? new TextSources(task, floatModel, cache)
            : new Sources(task, floatModel.inputs());
    try {
      SourceOpener.Opened evaluation = keep(sources.evaluation());
      ModelInputs inputs = evaluation.inputs();
      Labels labels = labels(evaluation, task.labels(), "labels");
      checkLabels(labels, inputs, floatModel.outputs());
      int[] all = IntStream.range(0, inputs.size()).toArray();
      Path other = task.calibration().source();
      int[] available;
      if (other == null) {
        int[] drawn = Draw.sorted(all, calibrationOf(inputs.size(), true), random);
        this.calibration = new SampleSet("calibration", inputs, null, boxed(drawn));
        available = unlike(calibrationHashes(inputs, drawn), inputs);
      } else {
        ModelInputs separate = keep(sources.unlabelled(other, "calibration.source")).inputs();
        int[] positions = IntStream.range(0, separate.size()).toArray();
        int[] drawn = Draw.sorted(positions, calibrationOf(separate.size(), false), random);
        this.calibration = new SampleSet("calibration", separate, null, boxed(drawn));
        refuseEqual(calibrationHashes(separate, drawn), inputs);
        available = all;
      }
      this.splits = Splits.draw(available, task.splits(), random);
      this.search = new SampleSet("search split", inputs, labels, splits.search());
      this.holdout = new SampleSet("holdout split", inputs, labels, splits.holdout());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The task that was opened. */
  public Task task() {
    return task;
  }

  /** Positions in the source of the scored samples. */
  public Splits splits() {
    return splits;
  }

  /** Unlabelled samples that are never scored on. */
  public SampleSet calibration() {
    return calibration;
  }

  /** Samples scored during the search. */
  public SampleSet search() {
    return search;
  }

  /** Samples that only certify. */
  public SampleSet holdout() {
    return holdout;
  }

  /** All scored samples, both splits together: a new set at each call. */
  public SampleSet evaluation() {
    return search.and(holdout, "search and holdout splits");
  }

  /** Scored samples that equal each other. Reads all samples. */
  public Duplicates duplicates() {
    return Duplicates.of(search, holdout);
  }

  /**
   * Opens the task's further data, all samples of each source, in the order of the task file.
   *
   * @throws UserException when they do not fit the model or have no labels where the metric needs
   *     them
   */
  public List<SampleSet> openRobustness() {
    List<SampleSet> sets = new ArrayList<>();
    for (Task.FurtherData further : task.robustness()) {
      String field = "robustness[" + sets.size() + "]";
      SourceOpener.Opened source =
          keep(sources.other(further.source(), further.labels(), field + ".source"));
      Labels labels = labels(source, further.labels(), field + ".labels");
      if (labels != null) {
        labels.checkLength(source.inputs().size());
      }
      List<Integer> all = IntStream.range(0, source.inputs().size()).boxed().toList();
      sets.add(new SampleSet(further.name(), source.inputs(), labels, all));
    }
    return List.copyOf(sets);
  }

  /**
   * Opens training inputs: all samples of a source, without labels.
   *
   * @param source as for calibration
   * @throws UserException when they do not fit the model, or one of them equals a scored sample
   */
  public SampleSet openTraining(Path source) {
    return training(keep(sources.unlabelled(source, "train")).inputs(), null, source);
  }

  /**
   * Opens training inputs with classes, those of the label file or else those that a folder of
   * pictures carries; without labels where there are neither, or where the metric counts no right
   * answers.
   *
   * @param source as for calibration
   * @param labels label file, or null
   * @throws UserException when they do not fit the model, the labels do not fit the samples or the
   *     model, or a sample equals a scored one
   */
  public SampleSet openTraining(Path source, @Nullable Path labels) {
    boolean carried = labels == null && task.text().isPresent();
    if (carried || !(task.metric() instanceof CountMetric)) {
      return openTraining(source);
    }
    SourceOpener.Opened opening = keep(sources.other(source, labels, "train.source"));
    Labels classes =
        labels == null
            ? opening.labels()
            : Labels.read(labels, "train.labels", /* numbers= */ false);
    checkLabels(classes, opening.inputs(), outputs);
    return training(opening.inputs(), classes, source);
  }

  private SampleSet training(ModelInputs inputs, @Nullable Labels labels, Path source) {
    int[] all = IntStream.range(0, inputs.size()).toArray();
    Map<String, Integer> hashes = calibrationHashes(inputs, all);
    for (SampleSet scored : List.of(search, holdout)) {
      for (int i = 0; i < scored.size(); i++) {
        Integer equal = hashes.get(scored.hash(i));
        if (equal != null) {
          throw new UserException(
              "sample " + equal + " of " + source + " equals a sample of the " + scored.name(),
              "Accuracy must not be scored on training samples: remove it from one of the two");
        }
      }
    }
    return new SampleSet("training samples", inputs, labels, boxed(all));
  }

  @Override
  public void close() {
    opened.forEach(ModelInputs::close);
  }

  private SourceOpener.Opened keep(SourceOpener.Opened source) {
    opened.add(source.inputs());
    return source;
  }

  private @Nullable Labels labels(SourceOpener.Opened source, @Nullable Path file, String field) {
    Labels labels =
        file == null
            ? source.labels()
            : Labels.read(file, field, task.metric() instanceof StatisticMetric);
    if (labels == null && task.metric().needsLabels()) {
      throw new UserException(
          field + " is missing, and the metric " + task.metric().id() + " needs them",
          "Add '" + field + ": labels.npy' (int64, one per sample), or use 'metric: fidelity'");
    }
    return labels;
  }

  private void checkLabels(
      @Nullable Labels labels, ModelInputs inputs, List<Session.Port> outputs) {
    if (labels == null) {
      return;
    }
    labels.checkLength(inputs.size());
    if (!(task.metric() instanceof CountMetric)) {
      return;
    }
    List<Long> shape = outputs.isEmpty() ? List.of() : outputs.get(0).shape();
    // Outputs of unknown width are checked when the float model has answered.
    if (shape.size() == 2 && shape.get(1) > 0) {
      labels.checkRange(Math.toIntExact(shape.get(1)));
    }
  }

  private int calibrationOf(int there, boolean shared) {
    int most = shared ? Math.max(1, there / 4) : there;
    int asked = task.calibration().samples().orElse(Math.min(USUAL_CALIBRATION, most));
    if (asked > there || (shared && asked == there)) {
      throw new UserException(
          "calibration.samples is " + asked + ", and the source has " + there + " samples",
          shared
              ? "They are taken out of the scored samples: lower it, or name a calibration.source"
              : "Lower it, or name a larger calibration.source");
    }
    return asked;
  }

  private static List<Integer> boxed(int[] positions) {
    return IntStream.of(positions).boxed().toList();
  }

  /** Hash to position. */
  private static Map<String, Integer> calibrationHashes(ModelInputs inputs, int[] positions) {
    Map<String, Integer> hashes = new HashMap<>();
    for (int position : positions) {
      hashes.put(inputs.hash(position), position);
    }
    return hashes;
  }

  /** All positions but those of the drawn samples and of samples equal to them. */
  private static int[] unlike(Map<String, Integer> drawn, ModelInputs inputs) {
    Set<String> hashes = new HashSet<>(drawn.keySet());
    return IntStream.range(0, inputs.size())
        .filter(i -> !hashes.contains(inputs.hash(i)))
        .toArray();
  }

  private static void refuseEqual(Map<String, Integer> drawn, ModelInputs inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      Integer equal = drawn.get(inputs.hash(i));
      if (equal != null) {
        throw new UserException(
            "sample "
                + equal
                + " of calibration.source equals sample "
                + i
                + " of the input's source",
            "Accuracy must not be scored on calibration samples: remove them from one of the two,"
                + " or name the same source for both, and they are kept apart");
      }
    }
  }
}
