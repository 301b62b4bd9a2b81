package dev.mixtune.results;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison.
 *
 * @param folder how the user named it
 * @param frontier its outcome
 * @param identity whose study it is, as {@link StudyReader#identity} gives it
 */
public record ComparedStudy(String folder, Frontier frontier, Map<String, String> identity) {
  public ComparedStudy {
    identity = Map.copyOf(identity);
  }

  /**
   * Reads a finished study.
   *
   * @throws dev.mixtune.engine.UserException when the folder holds none
   */
  public static ComparedStudy read(Path directory) {
    StudyFolder folder = new StudyFolder(directory).existing();
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      return new ComparedStudy(directory.toString(), frontier, reader.identity());
    }
  }

  /** Whether both know this entry of their identity, and it is the same. */
  private boolean isSame(String entry, ComparedStudy other) {
    String value = identity.get(entry);
    return value != null && value.equals(other.identity.get(entry));
  }

  /**
   * Why drops on a split are not paired with those of another study: they are only where the float
   * model answers the very same inputs alike. Empty where nothing speaks against it.
   */
  Optional<String> unpaired(Split split, ComparedStudy other) {
    if (!isSame(split.words + " samples", other)) {
      return Optional.of("they hold different samples");
    }
    if (!isSame("inputs", other) || !isSame("axes", other)) {
      return Optional.of("samples are not known to be prepared alike");
    }
    Frontier.ReferenceScore here = split.reference(frontier);
    Frontier.ReferenceScore there = split.reference(other.frontier);
    return here == null || there == null || here.accuracy() == there.accuracy()
        ? Optional.empty()
        : Optional.of(
            "the float model reaches " + here.accuracy() + " and " + there.accuracy() + " there");
  }

  /** What plans are scored on. */
  enum Split {
    SEARCH("search"),
    HOLDOUT("holdout");

    private final String words;

    Split(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    private Frontier.@Nullable ReferenceScore reference(Frontier frontier) {
      return this == SEARCH ? frontier.reference().search() : frontier.reference().holdout();
    }
  }

  /** Whether latencies hold for the same device and deployment. */
  boolean isTimedLike(ComparedStudy other) {
    return timing().equals(other.timing());
  }

  /** What latencies hold for. */
  String timing() {
    Frontier.Deployment deployment = frontier.latency();
    String device = identity.getOrDefault("machine", identity.getOrDefault("profile", ""));
    return frontier.target().name()
        + (device.isEmpty() ? "" : " (" + device + ")")
        + ", batch "
        + deployment.batch()
        + ", shape "
        + deployment.shape()
        + ", "
        + Figures.count(deployment.threads(), "thread");
  }
}
