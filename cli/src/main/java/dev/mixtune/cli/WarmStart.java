package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyFolder;
import java.nio.file.Path;
import java.util.List;

/** Reads the plans of another study, for a search to begin with. */
final class WarmStart {
  private WarmStart() {}

  /**
   * The frontier's plans.
   *
   * @throws UserException when there is no frontier, or it belongs to another model
   */
  static List<Plan> read(Path directory, Network network) {
    StudyFolder folder = new StudyFolder(directory).existing();
    Frontier frontier = FrontierJson.read(folder.frontierJson());
    String problem = "--warm-start '" + directory + "' is a study of another model: ";
    String wayOut = "Name a study of the same model file.";
    if (!frontier.model().sha256().equals(network.sha256())) {
      throw new UserException(
          problem + "its sha256 is " + frontier.model().sha256() + ", not " + network.sha256(),
          wayOut);
    }
    if (frontier.layers().size() != network.layers().size()) {
      throw new UserException(
          problem
              + "it has "
              + frontier.layers().size()
              + " layers, not "
              + network.layers().size(),
          wayOut);
    }
    try {
      return frontier.points().stream().map(FrontierPoint::plan).toList();
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "--warm-start '" + directory + "': " + e.getMessage(),
          "It was written by another version of Mixtune: leave it out.",
          e);
    }
  }
}
