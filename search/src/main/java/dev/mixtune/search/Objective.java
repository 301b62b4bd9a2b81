package dev.mixtune.search;

import dev.mixtune.engine.UserException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What the search makes small. */
public enum Objective {
  /** The drop of the metric against float, a fraction. */
  ACCURACY {
    @Override
    double of(Evaluation evaluation) {
      return Objects.requireNonNull(evaluation.score(), "a failed plan has no score").drop();
    }
  },
  /** Latency as a ratio to the float model. */
  LATENCY {
    @Override
    double of(Evaluation evaluation) {
      return Objects.requireNonNull(evaluation.latency(), "a failed plan has no latency").ratio();
    }
  },
  /** Bytes of the deployable file. */
  SIZE {
    @Override
    double of(Evaluation evaluation) {
      return evaluation.sizeBytes();
    }
  },
  /** Modelled energy as a ratio to the float model. Optional: few targets say anything about it. */
  ENERGY {
    @Override
    double of(Evaluation evaluation) {
      return Objects.requireNonNull(evaluation.energy(), "the plan has no energy").ratio();
    }
  };

  /** What counts unless something else is asked for: all that every target knows. */
  public static final Set<Objective> USUAL =
      Collections.unmodifiableSet(EnumSet.of(ACCURACY, LATENCY, SIZE));

  /**
   * Whether the time of layers is worth knowing to those who propose plans: for energy it is a
   * stand-in, for what is fast executes little.
   */
  static boolean countsTime(Set<Objective> objectives) {
    return objectives.contains(LATENCY) || objectives.contains(ENERGY);
  }

  /** The raw value, lower is better; the evaluation must not be failed. */
  abstract double of(Evaluation evaluation);

  /** The name used on the command line and in files, such as {@code latency}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a list such as {@code accuracy,latency,size}.
   *
   * @throws UserException when a name is unknown or there is none
   */
  public static Set<Objective> parse(String list) {
    Set<Objective> objectives = EnumSet.noneOf(Objective.class);
    for (String name : list.split(",", -1)) {
      String wanted = name.strip().toLowerCase(Locale.ROOT);
      objectives.add(
          Arrays.stream(values())
              .filter(objective -> objective.id().equals(wanted))
              .findFirst()
              .orElseThrow(() -> unknown(name.strip(), list)));
    }
    return Collections.unmodifiableSet(objectives);
  }

  private static UserException unknown(String name, String list) {
    return new UserException(
        "unknown objective '" + name + "' in '" + list + "'",
        "Objectives are "
            + Arrays.stream(values()).map(Objective::id).collect(Collectors.joining(", "))
            + ", joined by commas");
  }
}
