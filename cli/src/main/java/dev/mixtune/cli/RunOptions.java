package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.search.Objective;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a study, as typed. Reading them checks them. */
final class RunOptions {
  private static final Pattern COMMA = Pattern.compile(",");

  @Option(names = "--task", paramLabel = "FILE", description = "Task file (YAML).")
  @Nullable Path task;

  @Option(names = "--model", paramLabel = "FILE", description = "ONNX model, with --data.")
  @Nullable Path model;

  @Option(names = "--data", paramLabel = "DIR", description = "Labelled images, with --model.")
  @Nullable Path data;

  @Option(
      names = "--target",
      paramLabel = "NAME|FILE",
      description = "Device: host, a shipped profile, or a profile file. Default: host.")
  String target = "host";

  @Option(names = "--max-drop", paramLabel = "PERCENT", description = "Such as 1%% or 1%%rel.")
  @Nullable String maxDrop;

  @Option(
      names = "--objectives",
      paramLabel = "LIST",
      description =
          "Of accuracy,latency,size, and energy where the target's profile models it. Default: the"
              + " first three.")
  String objectives = "accuracy,latency,size";

  @Option(names = "--bits", paramLabel = "LIST", description = "Of 2,4,8,16. Default: all.")
  String bits = "2,4,8,16";

  @Option(
      names = "--prefer",
      paramLabel = "latency|size",
      description = "What the chosen plan minimises first. Default: latency.")
  String prefer = "latency";

  @Option(
      names = "--confidence",
      paramLabel = "PERCENT",
      description = "Of the certificate. Default: 95%%.")
  String confidence = "95%";

  @Option(names = "--budget", paramLabel = "TIME", description = "Such as 10m or 8h.")
  @Nullable String budget;

  @Option(
      names = "--max-evaluations",
      paramLabel = "N",
      description = "Candidates to score, those rounded in context included.")
  @Nullable Integer maxEvaluations;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Candidates scored side by side. Default: cores.")
  @Nullable Integer workers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of one inference when timing. Default: as the task says, else 1.")
  @Nullable Integer threads;

  @Option(
      names = "--sensitivity",
      paramLabel = "kl|sqnr|fisher|hessian",
      description =
          "What the first plans are solved with. Default: kl. The last two need gradients.")
  String sensitivity = "kl";

  @Option(names = "--seed", paramLabel = "N", description = "Default: 1.")
  long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the study. Default: out/NAME-TARGET.")
  @Nullable Path out;

  @Option(names = "--max-size", paramLabel = "SIZE", description = "Such as 1MB.")
  @Nullable String maxSize;

  @Option(names = "--max-latency", paramLabel = "TIME", description = "Such as 5ms.")
  @Nullable String maxLatency;

  @Option(
      names = "--keep",
      paramLabel = "REGEX=BITS",
      description = "Layers whose width is fixed; may be repeated.")
  List<String> keep = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "REGEX",
      description = "Layers left as they are; may be repeated.")
  List<String> exclude = new ArrayList<>();

  @Option(
      names = "--warm-start",
      paramLabel = "DIR",
      description = "A study of the same model whose frontier is tried first.")
  @Nullable Path warmStart;

  @Option(
      names = "--in-process",
      hidden = true,
      description = "Run candidates in this process: a crash of the runtime then ends the study.")
  boolean inProcess;

  @Option(
      names = "--progress",
      paramLabel = "bar|plain|json",
      description = "Default: bar on a terminal, else plain.")
  @Nullable String progress;

  /** The budget, if one was given. */
  Optional<Duration> budgetTime() {
    return budget == null ? Optional.empty() : Optional.of(Quantities.duration("--budget", budget));
  }

  /** The limit, if one was given. */
  Optional<MaxDrop> limit() {
    return maxDrop == null ? Optional.empty() : Optional.of(MaxDrop.parse(maxDrop));
  }

  /** The largest file, if one was given. */
  OptionalLong maxSizeBytes() {
    return maxSize == null
        ? OptionalLong.empty()
        : OptionalLong.of(Quantities.bytes("--max-size", maxSize));
  }

  /** The longest latency in milliseconds, if one was given. */
  OptionalDouble maxLatencyMillis() {
    return maxLatency == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Quantities.millis("--max-latency", maxLatency));
  }

  /** The confidence of the certificate as a fraction. */
  double confidenceFraction() {
    return Quantities.confidence(confidence);
  }

  /** Whether the smallest certified plan is wanted instead of the fastest. */
  boolean prefersSize() {
    return switch (prefer) {
      case "latency" -> false;
      case "size" -> true;
      default ->
          throw new UserException(
              "--prefer '" + prefer + "' is unknown", "Write --prefer latency or --prefer size.");
    };
  }

  /** How layers and widths are judged before the search. */
  SensitivityMethod sensitivityMethod() {
    return SensitivityMethod.parse(sensitivity);
  }

  /** The objectives. */
  Set<Objective> objectiveSet() {
    Set<Objective> set;
    try {
      set = Objective.parse(objectives);
    } catch (UserException e) {
      throw new UserException(
          "--objectives '" + objectives + "' names an unknown objective",
          "Choose among accuracy, latency, size, energy.",
          e);
    }
    if (!set.contains(Objective.ACCURACY) || set.size() < 2) {
      throw new UserException(
          "--objectives '" + objectives + "' leaves nothing to trade",
          "Name accuracy and at least one of latency, size, energy.");
    }
    return set;
  }

  /** The widths that layers may take. */
  Set<Integer> bitSet() {
    Set<Integer> set = new java.util.TreeSet<>();
    for (String text : COMMA.splitAsStream(bits).toList()) {
      switch (text.trim()) {
        case "2" -> set.add(2);
        case "4" -> set.add(4);
        case "8" -> set.add(8);
        case "16" -> set.add(16);
        default ->
            throw new UserException(
                "--bits '" + bits + "' holds '" + text + "'", "Choose among 2,4,8,16.");
      }
    }
    return set;
  }

  /** Candidates scored side by side. */
  int workerCount() {
    int count = workers == null ? java.lang.Runtime.getRuntime().availableProcessors() : workers;
    return positive("--workers", count);
  }

  /** The evaluation limit, if one was given. */
  Optional<Integer> evaluationLimit() {
    return Optional.ofNullable(maxEvaluations).map(count -> positive("--max-evaluations", count));
  }

  private static int positive(String option, int value) {
    if (value < 1) {
      throw new UserException(option + " '" + value + "' is below 1", "Write a positive number.");
    }
    return value;
  }

  /** How progress is shown. */
  Console.Style style(boolean terminal) {
    if (progress == null) {
      return terminal ? Console.Style.BAR : Console.Style.PLAIN;
    }
    return switch (progress) {
      case "bar" -> Console.Style.BAR;
      case "plain" -> Console.Style.PLAIN;
      case "json" -> Console.Style.JSON;
      default ->
          throw new UserException(
              "--progress '" + progress + "' is unknown", "Choose among bar, plain, json.");
    };
  }

  /** Checks every option that needs no file, before any work is done. */
  void check() {
    if (maxDrop == null && maxSize == null && maxLatency == null) {
      throw new UserException(
          "no limit is given", "Add --max-drop 1%, or --max-size 1MB, or --max-latency 5ms.");
    }
    checkAllButTheLimit();
  }

  /** As {@link #check}, for commands that need no limit. */
  void checkAllButTheLimit() {
    if (task != null && model != null) {
      throw new UserException(
          "--task and --model are both given", "Name the task file, or the model with --data.");
    }
    if ((model == null) != (data == null)) {
      throw new UserException(
          "--model and --data belong together", "Give both, or a task file by --task.");
    }
    limit();
    budgetTime();
    maxSizeBytes();
    maxLatencyMillis();
    confidenceFraction();
    prefersSize();
    sensitivityMethod();
    objectiveSet();
    bitSet();
    workerCount();
    evaluationLimit();
    if (threads != null) {
      positive("--threads", threads);
    }
  }

  /** The command line that asks for the same study from any folder; {@code --out} is left out. */
  List<String> toArguments() {
    List<String> words = new ArrayList<>();
    addPath(words, "--task", task);
    addPath(words, "--model", model);
    addPath(words, "--data", data);
    boolean targetIsFile = target.endsWith(".json");
    add(words, "--target", targetIsFile ? Path.of(target).toAbsolutePath().toString() : target);
    add(words, "--max-drop", maxDrop);
    add(words, "--objectives", objectives);
    add(words, "--bits", bits);
    add(words, "--prefer", prefer);
    add(words, "--confidence", confidence);
    add(words, "--budget", budget);
    add(words, "--max-evaluations", maxEvaluations);
    add(words, "--workers", workers);
    add(words, "--threads", threads);
    add(words, "--sensitivity", sensitivity);
    add(words, "--seed", seed);
    add(words, "--max-size", maxSize);
    add(words, "--max-latency", maxLatency);
    keep.forEach(rule -> add(words, "--keep", rule));
    exclude.forEach(rule -> add(words, "--exclude", rule));
    addPath(words, "--warm-start", warmStart);
    if (inProcess) {
      words.add("--in-process");
    }
    add(words, "--progress", progress);
    return words;
  }

  private static void addPath(List<String> words, String name, @Nullable Path path) {
    add(words, name, path == null ? null : path.toAbsolutePath().normalize());
  }

  private static void add(List<String> words, String name, @Nullable Object value) {
    if (value != null) {
      words.add(name + "=" + value);
    }
  }
}
