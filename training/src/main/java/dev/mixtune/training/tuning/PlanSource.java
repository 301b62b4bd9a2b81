package dev.mixtune.training.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where plans come from. */
final class PlanSource {
  private PlanSource() {}

  /**
   * A plan in words.
   *
   * @param text one scheme for each layer, or one for all
   * @throws UserException when a scheme is unknown or their number is wrong
   */
  static Plan ofText(String text, int layers) {
    List<Scheme> schemes = new ArrayList<>();
    for (String id : text.trim().split("\\s+", -1)) {
      schemes.add(scheme(id));
    }
    if (schemes.size() == 1) {
      return Plan.uniform(layers, schemes.get(0));
    }
    if (schemes.size() != layers) {
      throw new UserException(
          "--plan names " + schemes.size() + " schemes, and the network has " + layers + " layers",
          "Give one for each layer, or one for all.");
    }
    return new Plan(schemes);
  }

  /**
   * A point of a study.
   *
   * @param point its id; empty for the chosen one
   * @throws UserException when there is no such study or point
   */
  static Plan ofStudy(Path study, String point, int layers) {
    Path file = study.resolve("frontier.json");
    JsonNode points;
    try {
      points = new ObjectMapper().readTree(file.toFile()).path("points");
    } catch (IOException e) {
      throw new UserException(
          "'" + file + "' cannot be read", "Name the folder of a finished study.", e);
    }
    List<String> ids = new ArrayList<>();
    for (JsonNode each : points) {
      String id = each.path("id").asText();
      boolean wanted = point.isEmpty() ? each.path("chosen").asBoolean() : id.equals(point);
      if (wanted) {
        List<String> schemes = new ArrayList<>();
        each.path("schemes").forEach(scheme -> schemes.add(scheme.asText()));
        return ofText(String.join(" ", schemes), layers);
      }
      ids.add(id);
    }
    throw new UserException(
        "the study '" + study + "' has no point '" + point + "'",
        "Its points are " + String.join(", ", ids) + ".");
  }

  private static Scheme scheme(String id) {
    try {
      return Scheme.ofId(id);
    } catch (IllegalArgumentException e) {
      throw new UserException("'" + id + "' is no scheme", "Say w8a8, w4a8, w2a8, f16 or f32.", e);
    }
  }
}
