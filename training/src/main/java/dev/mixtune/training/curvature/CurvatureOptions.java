package dev.mixtune.training.curvature;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the command line asks for, by name. */
final class CurvatureOptions {
  static final String USAGE =
      """
      Writes how strongly a network's answers bend with each layer's weights, as JSON lines.

        --task FILE              task file, or
        --model FILE --data DIR  a model and labelled pictures
        --method NAME            fisher or hessian
        --samples N              of the search split (256)
        --seed N                 of the splits and of everything random (1)
        --threads N              threads (1)
        --out FILE               what to write
      """;

  private static final List<String> NAMES =
      List.of(
          "--task", "--model", "--data", "--method", "--samples", "--seed", "--threads", "--out");

  private final Map<String, String> given = new HashMap<>();

  /**
   * Reads pairs of an option and its value.
   *
   * @throws UserException when an option is unknown or lacks its value
   */
  CurvatureOptions(String... arguments) {
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
        throw new UserException(
            "'" + arguments[i] + "' is no option with a value",
            "Known: " + String.join(", ", NAMES) + ".");
      }
      given.put(arguments[i], arguments[i + 1]);
    }
  }

  Task task() {
    String task = given.get("--task");
    return task != null
        ? TaskFile.read(Path.of(task))
        : Task.ofModel(Path.of(needed("--model")), Path.of(needed("--data")));
  }

  String method() {
    String method = needed("--method");
    if (!List.of("fisher", "hessian").contains(method)) {
      throw new UserException("--method " + method + " is unknown", "Take fisher or hessian.");
    }
    return method;
  }

  int samples() {
    return whole("--samples", 256);
  }

  int threads() {
    return whole("--threads", 1);
  }

  long seed() {
    String text = given.getOrDefault("--seed", "1");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UserException("--seed " + text + " is no number", "Give a whole number.", e);
    }
  }

  Path out() {
    return Path.of(needed("--out"));
  }

  private int whole(String name, int absent) {
    @Nullable String text = given.get(name);
    try {
      int value = text == null ? absent : Integer.parseInt(text);
      if (value >= 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new UserException(name + " " + text + " is no number", "Give a whole number.", e);
    }
    throw new UserException(name + " " + text + " is below 1", "Give a positive number.");
  }

  private String needed(String name) {
    String value = given.get(name);
    if (value == null) {
      throw new UserException(name + " is missing", "--help lists all options.");
    }
    return value;
  }
}
