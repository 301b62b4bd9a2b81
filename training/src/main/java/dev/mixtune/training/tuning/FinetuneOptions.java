package dev.mixtune.training.tuning;

import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param task the task file
 * @param train training inputs: an array or a folder of pictures, as in a task file; null for those
 *     of the task file
 * @param labels label file of {@code train}; null for what the source carries, if anything
 * @param plan scheme names joined by blanks; null for {@code study}
 * @param study folder with frontier.json; null for {@code plan}
 * @param point id of a point of the study
 * @param samples training samples at most; empty: what the task file says, else all
 * @param settings of the training
 * @param dataSeed fixes calibration samples and splits
 * @param scoresAll whether the result is scored on all samples, the holdout among them
 * @param threads of PyTorch and of the rounding
 * @param out folder for the model, the report and the checkpoint
 */
record FinetuneOptions(
    Path task,
    @Nullable Path train,
    @Nullable Path labels,
    @Nullable String plan,
    @Nullable Path study,
    String point,
    OptionalInt samples,
    TuningSettings settings,
    long dataSeed,
    boolean scoresAll,
    int threads,
    Path out) {

  static final String USAGE =
      """
      Fine-tunes a plan and writes it as a deployable ONNX file. No labels are needed.

        --task FILE        task file: model, calibration, scored samples
        --train SOURCE     training inputs: .npy, .npy.gz or a folder of pictures (the task's train)
        --labels FILE      their classes, where the source carries none
        --plan "SCHEMES"   one scheme for each layer (w8a8, w4a8, w2a8, f16, f32), or one for all
        --study DIR        take the plan from a study's frontier.json
        --point ID         which one (the chosen one)
        --out DIR          folder for finetuned.onnx, finetune.json and the checkpoint
        --epochs N         passes over the training inputs (5)
        --patience N       ends after so many epochs of the second half without a better score (3)
        --samples N        training inputs at most (all)
        --batch N          inputs per step (128)
        --lr X             highest learning rate, in units of a channel's magnitude (0.001)
        --temperature X    of the distillation (2)
        --label-share X    weight of the labels' cross entropy, 0 to 1 (0)
        --flip yes|no      flip pictures left to right (yes)
        --seed N           fixes everything random (1)
        --data-seed N      fixes calibration samples and splits, as a study's --seed (that of --seed)
        --score all|search scores the result on all samples, or leaves the holdout alone (all)
        --threads N        threads (2)

      Started again with the same options it goes on after the last whole epoch.
      """;

  private static final List<String> NAMES =
      List.of(
          "--task",
          "--train",
          "--labels",
          "--plan",
          "--study",
          "--point",
          "--out",
          "--epochs",
          "--patience",
          "--samples",
          "--batch",
          "--lr",
          "--temperature",
          "--label-share",
          "--flip",
          "--seed",
          "--data-seed",
          "--score",
          "--threads");

  /**
   * Reads pairs of an option and its value.
   *
   * @throws UserException when an option is unknown, lacks its value or has a wrong one, or when a
   *     needed one is missing
   */
  static FinetuneOptions parse(String... arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i])) {
        throw new UserException(
            "'" + arguments[i] + "' is no option", "Known: " + String.join(", ", NAMES) + ".");
      }
      if (i + 1 == arguments.length) {
        throw new UserException(arguments[i] + " lacks its value", "Give it one.");
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    if (given.containsKey("--plan") == given.containsKey("--study")) {
      throw new UserException("which plan is not said", "Give either --plan or --study.");
    }
    TuningSettings settings = settings(given);
    return new FinetuneOptions(
        Path.of(needed(given, "--task")),
        path(given, "--train"),
        path(given, "--labels"),
        given.get("--plan"),
        path(given, "--study"),
        given.getOrDefault("--point", ""),
        given.containsKey("--samples")
            ? OptionalInt.of(whole(given, "--samples", 1))
            : OptionalInt.empty(),
        settings,
        seed(given, "--data-seed", settings.seed()),
        one(given, "--score", "all", "search"),
        whole(given, "--threads", 2),
        Path.of(needed(given, "--out")));
  }

  private static TuningSettings settings(Map<String, String> given) {
    return new TuningSettings(
        whole(given, "--epochs", 5),
        whole(given, "--batch", 128),
        positive(given, "--lr", 0.001),
        positive(given, "--temperature", 2),
        number(given, "--label-share", 0.0, Double::valueOf, value -> value >= 0 && value <= 1),
        one(given, "--flip", "yes", "no"),
        whole(given, "--patience", 3),
        seed(given, "--seed", 1));
  }

  private static @Nullable Path path(Map<String, String> given, String name) {
    String value = given.get(name);
    return value == null ? null : Path.of(value);
  }

  private static long seed(Map<String, String> given, String name, long absent) {
    return number(given, name, absent, Long::valueOf, value -> true);
  }

  /** Whether the first of two words is given, which it is where nothing is. */
  private static boolean one(Map<String, String> given, String name, String first, String second) {
    String value = given.getOrDefault(name, first);
    if (!value.equals(first) && !value.equals(second)) {
      throw new UserException(
          name + " " + value + " is no answer", "Say " + first + " or " + second + ".");
    }
    return value.equals(first);
  }

  private static int whole(Map<String, String> given, String name, int absent) {
    return number(given, name, absent, Integer::valueOf, value -> value >= 1);
  }

  private static double positive(Map<String, String> given, String name, double absent) {
    return number(
        given, name, absent, Double::valueOf, value -> value > 0 && Double.isFinite(value));
  }

  private static <T> T number(
      Map<String, String> given,
      String name,
      T absent,
      Function<String, T> read,
      Predicate<T> valid) {
    String text = given.get(name);
    if (text == null) {
      return absent;
    }
    try {
      T value = read.apply(text);
      if (valid.test(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new UserException(name + " " + text + " is no number", "Give a positive number.", e);
    }
    throw new UserException(name + " " + text + " is out of range", "Give a positive number.");
  }

  private static String needed(Map<String, String> given, String name) {
    String value = given.get(name);
    if (value == null) {
      throw new UserException(name + " is missing", "It is needed; see --help.");
    }
    return value;
  }
}
