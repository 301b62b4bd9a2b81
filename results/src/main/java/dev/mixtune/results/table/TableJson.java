package dev.mixtune.results.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.table.Link;
import dev.mixtune.search.table.PairTerm;
import dev.mixtune.search.table.TableInstance;
import dev.mixtune.search.table.TableInstance.Noise;
import dev.mixtune.search.table.TableShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Table instances and results as JSON.
 *
 * <p>An instance: {@code {"name", "groups":[[layer,...],...], "layers":[[[cost,damage],...],...],
 * "link":"sum"|"saturating"}}, and optionally {@code "pairs":[[layerA, optionA, layerB, optionB,
 * damage],...]} and {@code "noise":{"deviation","seed"}}. Layers are counted from 0.
 */
public final class TableJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Set<String> KEYS =
      Set.of("name", "groups", "layers", "link", "pairs", "noise");
  private static final String WAY_OUT =
      "An instance is {\"name\", \"groups\":[[layer,...],...], \"layers\":[[[cost,damage],...],...],"
          + " \"link\":\"sum\"|\"saturating\"}.";

  private TableJson() {}

  /**
   * Reads an instance.
   *
   * @throws UserException when the file is missing or is no instance
   */
  public static TableInstance read(Path file) {
    String where = "instance '" + file + "'";
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new UserException(where + " cannot be read", "Check the path of --instance.", e);
    }
    return instance(tree(text, where), where);
  }

  private static TableInstance instance(JsonNode root, String where) {
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!KEYS.contains(name)) {
        throw new UserException(where + " has an unknown field '" + name + "'", WAY_OUT);
      }
    }
    JsonNode layers = required(root, "layers", where);
    double[][] costs = new double[layers.size()][];
    double[][] damages = new double[layers.size()][];
    for (int layer = 0; layer < costs.length; layer++) {
      JsonNode options = layers.get(layer);
      costs[layer] = new double[options.size()];
      damages[layer] = new double[options.size()];
      for (int option = 0; option < options.size(); option++) {
        String at = where + ", layer " + layer + ", option " + option;
        costs[layer][option] = number(options.get(option).path(0), at + ", cost");
        damages[layer][option] = number(options.get(option).path(1), at + ", damage");
      }
    }
    String id = root.path("link").asText(Link.SUM.id());
    Link link =
        Link.ofId(id)
            .orElseThrow(() -> new UserException(where + " has the link '" + id + "'", WAY_OUT));
    try {
      return new TableInstance(
          new TableShape(name(root, where), groups(root, where), costs),
          damages,
          link,
          pairs(root, where),
          noise(root, where));
    } catch (IllegalArgumentException e) {
      throw new UserException(where + ": " + e.getMessage(), WAY_OUT, e);
    }
  }

  /**
   * Reads what an oracle says of itself: {@code {"name","costs":[[...],...],"groups":[]}}.
   *
   * @throws UserException when the line is nothing like that
   */
  public static TableShape shape(String line) {
    String where = "the oracle's first line";
    JsonNode root = tree(line, where);
    JsonNode layers = required(root, "costs", where);
    double[][] costs = new double[layers.size()][];
    for (int layer = 0; layer < costs.length; layer++) {
      costs[layer] = new double[layers.get(layer).size()];
      for (int option = 0; option < costs[layer].length; option++) {
        costs[layer][option] = number(layers.get(layer).get(option), where + ", layer " + layer);
      }
    }
    try {
      return new TableShape(name(root, where), groups(root, where), costs);
    } catch (IllegalArgumentException e) {
      throw new UserException(where + ": " + e.getMessage(), "See the search benchmark's page.", e);
    }
  }

  /**
   * Reads an oracle's answer: {@code {"damage":x}}.
   *
   * @throws UserException when the line is nothing like that
   */
  public static double damage(String line) {
    String where = "the oracle's answer";
    return number(tree(line, where).path("damage"), where + ", damage");
  }

  /** What an oracle is asked: {@code {"plan":[...]}}, on one line. */
  public static String question(int[] plan) {
    return compact(MAPPER.createObjectNode().set("plan", MAPPER.valueToTree(plan)));
  }

  /** Results: one object, or an array when there are several instances; with a final newline. */
  public static String write(List<TableResult> results) {
    return compact(MAPPER.valueToTree(results.size() == 1 ? results.get(0) : results)) + "\n";
  }

  private static String compact(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("trees can always be written", e);
    }
  }

  private static String name(JsonNode root, String where) {
    return required(root, "name", where).asText();
  }

  private static List<List<Integer>> groups(JsonNode root, String where) {
    List<List<Integer>> groups = new ArrayList<>();
    for (JsonNode group : root.path("groups")) {
      List<Integer> members = new ArrayList<>();
      for (JsonNode layer : group) {
        members.add(whole(layer, where + ", groups"));
      }
      if (!members.isEmpty()) {
        groups.add(members);
      }
    }
    return groups;
  }

  private static List<PairTerm> pairs(JsonNode root, String where) {
    List<PairTerm> pairs = new ArrayList<>();
    for (JsonNode pair : root.path("pairs")) {
      String at = where + ", pairs";
      pairs.add(
          new PairTerm(
              whole(pair.path(0), at),
              whole(pair.path(1), at),
              whole(pair.path(2), at),
              whole(pair.path(3), at),
              number(pair.path(4), at)));
    }
    return pairs;
  }

  private static Noise noise(JsonNode root, String where) {
    JsonNode noise = root.path("noise");
    if (noise.isMissingNode() || noise.isNull()) {
      return Noise.NONE;
    }
    return new Noise(
        number(noise.path("deviation"), where + ", noise deviation"), noise.path("seed").asLong());
  }

  private static JsonNode required(JsonNode root, String field, String where) {
    JsonNode node = root.path(field);
    if (node.isMissingNode()) {
      throw new UserException(where + " has no field '" + field + "'", WAY_OUT);
    }
    return node;
  }

  private static int whole(JsonNode node, String where) {
    if (!node.isInt()) {
      throw new UserException(where + ": '" + node + "' is no index", WAY_OUT);
    }
    return node.intValue();
  }

  private static double number(JsonNode node, String where) {
    if (!node.isNumber()) {
      throw new UserException(where + ": '" + node + "' is no number", WAY_OUT);
    }
    return node.doubleValue();
  }

  private static JsonNode tree(String text, String where) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UserException(where + " is no JSON", WAY_OUT, e);
    }
  }
}
