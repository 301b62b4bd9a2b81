package dev.mixtune.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Rounding;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code frontier.json}: fields in the order of {@link Frontier}, nulls written, numbers in the
 * shortest form that reads back to the same double. The same frontier gives the same bytes.
 */
public final class FrontierJson {
  private FrontierJson() {}

  /** The text of the file. */
  public static String text(Frontier frontier) {
    return StudyJson.write(frontier);
  }

  /** Writes the file, whole or not at all. */
  public static void write(Path file, Frontier frontier) {
    AtomicFile.write(file, text(frontier));
  }

  /**
   * Reads a file back.
   *
   * @throws UserException when it is missing, broken or of another version
   */
  public static Frontier read(Path file) {
    SchemaVersion version = StudyJson.read(file, SchemaVersion.class);
    if (version.schemaVersion() != Frontier.SCHEMA_VERSION) {
      throw new UserException(
          "'"
              + file
              + "' has schemaVersion "
              + version.schemaVersion()
              + ", this program reads "
              + Frontier.SCHEMA_VERSION,
          "Use the version of Mixtune that wrote it");
    }
    return StudyJson.read(file, Frontier.class, FrontierJson::completed);
  }

  /**
   * What files of older versions lack. Before plans were rounded for themselves, every point had
   * the library's weights; what a point or a latency did not say yet is unknown. Where no plan was
   * fine-tuned nothing is said of it.
   */
  private static void completed(JsonNode frontier) {
    for (String list : List.of("points", "uniforms")) {
      frontier.path(list).forEach(FrontierJson::completePoint);
    }
    frontier.path("finetuned").forEach(each -> completePoint(each.path("point")));
    if (frontier instanceof ObjectNode fields) {
      fields.putIfAbsent("finetuned", fields.arrayNode());
      fields.putIfAbsent("memory", fields.nullNode());
    }
    if (frontier.path("latency") instanceof ObjectNode latency) {
      latency.putIfAbsent("prediction", latency.nullNode());
    }
  }

  /** What a point of an older version lacks, and what is left out where it is null. */
  static void completePoint(JsonNode point) {
    if (point instanceof ObjectNode fields) {
      fields.putIfAbsent("rounding", fields.textNode(Rounding.LIBRARY.id()));
      fields.putIfAbsent("modelledShare", fields.nullNode());
      fields.putIfAbsent("energy", fields.nullNode());
      fields.putIfAbsent("peakMemoryBytes", fields.nullNode());
    }
  }

  private record SchemaVersion(int schemaVersion) {}
}
