package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Metric;
import dev.mixtune.evaluators.Row;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TopK;
import dev.mixtune.training.program.GradientProgram;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Where training samples come from.
 *
 * @param source as in a task file
 * @param labels label file, or null for what the source carries, if anything
 * @param samples at most
 */
record TrainingSource(Path source, @Nullable Path labels, int samples) {
  /** So many samples tell whether the labels are those of the pictures. */
  private static final int LOOKED_AT = 512;

  /** Labels that are in order are answered about as well as those of the search split. */
  private static final double LEAST_SHARE = 0.5;

  /**
   * The options' source, else the task's.
   *
   * @throws UserException when neither names one
   */
  static TrainingSource of(FinetuneOptions options, Task task) {
    Task.Training given = task.train();
    Path source = options.train();
    if (source == null && given == null) {
      throw new UserException(
          "the task '" + options.task() + "' names no training samples",
          "Add 'train: {source: ...}' to it, or give --train.");
    }
    int ofTask = given == null ? Integer.MAX_VALUE : given.samples().orElse(Integer.MAX_VALUE);
    int samples = options.samples().orElse(ofTask);
    if (source != null) {
      return new TrainingSource(source, options.labels(), samples);
    }
    Task.Training train = Objects.requireNonNull(given, "looked at above");
    return new TrainingSource(
        train.source(), options.labels() == null ? train.labels() : options.labels(), samples);
  }

  /**
   * Opens the samples.
   *
   * @param random draws them where there are more than wanted
   */
  SampleSet open(TaskData data, Random random) {
    return data.openTraining(source, labels).subset(samples, random);
  }

  /**
   * Refuses labels that are not those of the pictures: of another order, or of another list of
   * classes. The float network would answer them no better than by guessing.
   *
   * @param expected what the float network reaches on the search split, 0..1
   * @param metric that this was counted by
   */
  void requireSuited(
      SampleSet opened,
      GradientProgram teacher,
      NDManager manager,
      double expected,
      Metric metric) {
    if (!opened.isLabelled() || !(metric instanceof TopK counted)) {
      return;
    }
    SampleSet part = opened.subset(LOOKED_AT, new Random(0));
    int right = 0;
    int position = 0;
    for (Map<String, Tensor> batch : part.batches(64, /* padded= */ false)) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        NDArray answers = teacher.run(FineTuning.arrays(batch, manager)).get(0);
        float[] values = answers.toFloatArray();
        int classes = Math.toIntExact(answers.getShape().get(1));
        for (int offset = 0; offset < values.length; offset += classes) {
          Row row = new Row(values, offset, classes);
          right += counted.right(row, row, part.label(position++)) ? 1 : 0;
        }
      }
    }
    if (right < LEAST_SHARE * expected * part.size()) {
      throw new UserException(
          String.format(
              Locale.ROOT,
              "the float model is right on %d of %d training samples of '%s' only, and on %.0f %%"
                  + " of the search split",
              right,
              part.size(),
              source,
              100 * expected),
          "The labels may have another order or another list of classes: correct them, or leave"
              + " them out.");
    }
  }
}
