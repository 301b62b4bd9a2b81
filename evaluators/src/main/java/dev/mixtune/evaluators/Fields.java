package dev.mixtune.evaluators;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One mapping of a task file, read key by key. Every complaint names the file, the field and the
 * value.
 */
final class Fields {
  private static final int SHOWN_CHARACTERS = 60;

  private final Path file;
  private final String path;
  private final JsonNode node;

  private Fields(Path file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  static Fields of(Path file, String path, JsonNode node) {
    if (!node.isObject()) {
      throw new UserException(
          file + ": " + (path.isEmpty() ? "the file" : path) + " is " + shown(node),
          "It must be a mapping of keys to values");
    }
    return new Fields(file, path, node);
  }

  /** Whether the key is there; a key without a value counts as absent. */
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  UserException wrong(String key, String problem, String wayOut) {
    return new UserException(file + ": " + name(key) + " " + problem, wayOut);
  }

  String text(String key) {
    return optionalText(key)
        .orElseThrow(() -> wrong(key, "is missing", "Add '" + key + ": ...' to the task file"));
  }

  Optional<String> optionalText(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isValueNode() || value.asText().isBlank()) {
      throw wrong(key, "is " + shown(value), "It must be text");
    }
    return Optional.of(value.asText());
  }

  OptionalInt positiveInt(String key) {
    if (!has(key)) {
      return OptionalInt.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() <= 0) {
      throw wrong(key, "is " + shown(value), "It must be a whole number above 0");
    }
    return OptionalInt.of(value.intValue());
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key, node.get(key)) : otherwise;
  }

  /** A number or a list of numbers. */
  Optional<List<Double>> numbers(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isArray()) {
      return Optional.of(List.of(number(key, value)));
    }
    if (value.isEmpty()) {
      throw wrong(key, "is an empty list", "Give one number, or one per channel");
    }
    List<Double> numbers = new ArrayList<>();
    for (JsonNode element : value) {
      numbers.add(number(key, element));
    }
    return Optional.of(numbers);
  }

  Optional<Fields> mapping(String key) {
    return has(key) ? Optional.of(of(file, name(key), node.get(key))) : Optional.empty();
  }

  /** The elements of a list of mappings; plain text elements become {@code {plainKey: text}}. */
  List<Fields> mappings(String key, String plainKey) {
    if (!has(key)) {
      return List.of();
    }
    JsonNode list = node.get(key);
    if (!list.isArray()) {
      throw wrong(key, "is " + shown(list), "It must be a list: begin each entry with '- '");
    }
    List<Fields> elements = new ArrayList<>();
    for (JsonNode element : list) {
      JsonNode mapping =
          element.isTextual() && !plainKey.isEmpty()
              ? ((ArrayNode) list).objectNode().put(plainKey, element.asText())
              : element;
      elements.add(of(file, name(key) + "[" + elements.size() + "]", mapping));
    }
    return elements;
  }

  /** All keys of this mapping, for mappings whose keys are the user's own. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /**
   * Refuses other keys than these. Asked before anything is read: a misspelt key explains itself
   * better than the one it leaves missing.
   *
   * @throws UserException naming the unknown key and the nearest known one
   */
  Fields only(String... known) {
    for (String key : keys()) {
      if (!List.of(known).contains(key)) {
        throw new UserException(
            file + ": unknown key '" + name(cut(key)) + "'", Suggestion.among(key, List.of(known)));
      }
    }
    return this;
  }

  private double number(String key, JsonNode value) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (value.isTextual()) {
      // YAML 1.1 reads 1e-3 as text: it wants a dot before the exponent.
      try {
        number = Double.parseDouble(value.textValue());
      } catch (NumberFormatException e) {
        throw wrong(key, "holds " + shown(value), "It must be a number");
      }
    }
    if (!Double.isFinite(number)) {
      throw wrong(key, "holds " + shown(value), "It must be a finite number");
    }
    return number;
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String shown(JsonNode value) {
    return "'" + cut(value.isValueNode() ? value.asText() : value.toString()) + "'";
  }

  private static String cut(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
  }
}
