package dev.mixtune.evaluators;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of {@code sensitivity.json}, schemaVersion 1.
 *
 * <p>{@code schemaVersion}, {@code metric}, {@code samples}, {@code confidence} (two-sided, 0..1),
 * {@code complete}, {@code entries[]}. Each entry: {@code layer} (index), {@code name}, {@code
 * scheme}, {@code bits}, and either {@code failure} (text) or {@code kl} (nats), {@code cosine},
 * {@code sqnrDb}, {@code agreement} (0..1, absent where not known), {@code reference} and {@code
 * score} (the metric of float and plan, 0..1), {@code drop}, {@code dropInterval} (low, high), and
 * {@code right}, {@code lost}, {@code gained} (samples), or, for metrics that count none, {@code
 * dropUpper} (one-sided).
 */
public final class SensitivityFile {
  private static final int SCHEMA_VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private SensitivityFile() {}

  /** Writes JSON; equal sensitivities give equal text. */
  public static String write(Sensitivity sensitivity) {
    ObjectNode root = JSON.createObjectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    root.put("metric", sensitivity.metric());
    root.put("samples", sensitivity.samples());
    root.put("confidence", sensitivity.confidence());
    root.put("complete", sensitivity.complete());
    ArrayNode entries = root.putArray("entries");
    sensitivity.entries().forEach(entry -> write(entry, entries.addObject()));
    return root.toPrettyString() + "\n";
  }

  private static void write(Sensitivity.Entry entry, ObjectNode node) {
    node.put("layer", entry.layerIndex());
    node.put("name", entry.layerName());
    node.put("scheme", entry.scheme().id());
    node.put("bits", entry.scheme().weightBits());
    if (entry.outcome() instanceof Outcome.Failed failed) {
      node.put("failure", failed.reason());
    } else if (entry.outcome() instanceof Outcome.Scored scored) {
      PairedScore score = scored.score();
      node.put("kl", scored.closeness().kl());
      node.put("cosine", scored.closeness().cosine());
      node.put("sqnrDb", scored.closeness().sqnrDb());
      if (Double.isFinite(scored.closeness().agreement())) {
        node.put("agreement", scored.closeness().agreement());
      }
      node.put("reference", score.reference());
      node.put("score", score.score());
      node.put("drop", score.drop());
      node.putArray("dropInterval").add(score.dropLow()).add(score.dropHigh());
      if (score.evidence() instanceof PairedScore.Counts counts) {
        node.put("right", counts.right());
        node.put("lost", counts.lost());
        node.put("gained", counts.gained());
      } else if (score.evidence() instanceof PairedScore.Resampled resampled) {
        node.put("dropUpper", resampled.dropUpper());
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws UserException when the text is something else
   */
  public static Sensitivity read(String json) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.path("schemaVersion").asInt() != SCHEMA_VERSION) {
        throw new UserException(
            "sensitivity.json has schemaVersion '" + root.path("schemaVersion").asText() + "'",
            "This version reads " + SCHEMA_VERSION + ": measure again");
      }
      int samples = root.required("samples").asInt();
      List<Sensitivity.Entry> entries = new ArrayList<>();
      for (JsonNode node : root.required("entries")) {
        entries.add(
            new Sensitivity.Entry(
                node.required("layer").asInt(),
                node.required("name").asText(),
                Scheme.ofId(node.required("scheme").asText()),
                outcome(node, samples)));
      }
      return new Sensitivity(
          root.required("metric").asText(),
          samples,
          root.required("confidence").asDouble(),
          root.required("complete").asBoolean(),
          entries);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UserException(
          "sensitivity.json cannot be read: " + e.getMessage(),
          "Remove it: it is measured again",
          e);
    }
  }

  private static PairedScore.Evidence evidence(JsonNode node) {
    return node.has("dropUpper")
        ? new PairedScore.Resampled(node.get("dropUpper").asDouble())
        : new PairedScore.Counts(
            node.required("right").asInt(),
            node.required("lost").asInt(),
            node.required("gained").asInt());
  }

  private static Outcome outcome(JsonNode node, int samples) {
    if (node.hasNonNull("failure")) {
      return new Outcome.Failed(node.get("failure").asText());
    }
    JsonNode interval = node.required("dropInterval");
    return new Outcome.Scored(
        new PairedScore(
            samples,
            node.required("reference").asDouble(),
            node.required("score").asDouble(),
            interval.required(0).asDouble(),
            interval.required(1).asDouble(),
            evidence(node)),
        new Closeness(
            node.required("kl").asDouble(),
            node.required("cosine").asDouble(),
            node.required("sqnrDb").asDouble(),
            node.path("agreement").asDouble(Double.NaN)));
  }
}
