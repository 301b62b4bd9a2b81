package dev.mixtune.results;

import java.nio.file.Path;
import java.util.Map;

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
  boolean isSame(String entry, ComparedStudy other) {
    String value = identity.get(entry);
    return value != null && value.equals(other.identity.get(entry));
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
