package dev.mixtune.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that knows where it stands in its file, so that every complaint names the path.
 * Keys that nobody asked for are errors: see {@link #end}.
 */
final class JsonObject {
  private final String file;
  private final String path;
  private final JsonNode node;
  private final Set<String> known = new LinkedHashSet<>();

  JsonObject(String file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      throw wrong("is not a JSON object but " + shown(node));
    }
  }

  /** The name of an enum constant in files: {@code NO_KERNEL} is {@code no-kernel}. */
  static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean has(String key) {
    known.add(key);
    return node.hasNonNull(key);
  }

  JsonObject object(String key) {
    return new JsonObject(file, at(key), required(key));
  }

  @Nullable JsonObject objectOrNull(String key) {
    return has(key) ? object(key) : null;
  }

  List<JsonObject> objects(String key) {
    List<JsonObject> result = new ArrayList<>();
    for (JsonNode element : array(key)) {
      result.add(new JsonObject(file, at(key) + "[" + result.size() + "]", element));
    }
    return result;
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw wrong(at(key), "is " + shown(value) + ", not a text");
    }
    return value.textValue();
  }

  double number(String key) {
    JsonNode value = required(key);
    if (!value.isNumber()) {
      throw wrong(at(key), "is " + shown(value) + ", not a number");
    }
    return value.doubleValue();
  }

  double numberOrZero(String key) {
    return has(key) ? number(key) : 0;
  }

  int integer(String key) {
    JsonNode value = required(key);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw wrong(at(key), "is " + shown(value) + ", not a whole number");
    }
    return value.intValue();
  }

  /** A whole number that may be large. */
  long count(String key) {
    JsonNode value = required(key);
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw wrong(at(key), "is " + shown(value) + ", not a whole number");
    }
    return value.longValue();
  }

  /** Two whole numbers: from, to. */
  int[] range(String key) {
    JsonNode value = array(key);
    if (value.size() != 2 || !value.get(0).isInt() || !value.get(1).isInt()) {
      throw wrong(at(key), "is " + shown(value) + ", not two whole numbers [least, most]");
    }
    return new int[] {value.get(0).intValue(), value.get(1).intValue()};
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    return constant(at(key), required(key), type);
  }

  <E extends Enum<E>> Set<E> choices(String key, Class<E> type) {
    Set<E> result = new LinkedHashSet<>();
    for (JsonNode element : array(key)) {
      result.add(constant(at(key) + "[" + result.size() + "]", element, type));
    }
    return result;
  }

  /** Refuses the keys that were never asked for. */
  void end() {
    for (String key : (Iterable<String>) node::fieldNames) {
      if (!known.contains(key)) {
        throw wrong(at(key), "is not a known key" + Closest.suggestion(key, known));
      }
    }
  }

  /** What {@code make} makes; its IllegalArgumentException becomes a complaint about this path. */
  <T> T build(Supplier<T> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      throw wrong(": " + e.getMessage());
    }
  }

  private <E extends Enum<E>> E constant(String where, JsonNode value, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (id(constant).equals(value.textValue())) {
        return constant;
      }
    }
    String choices =
        Arrays.stream(type.getEnumConstants())
            .map(JsonObject::id)
            .collect(Collectors.joining(", "));
    throw wrong(where, "is " + shown(value) + ", not one of " + choices);
  }

  private JsonNode array(String key) {
    JsonNode value = required(key);
    if (!value.isArray() || value.isEmpty()) {
      throw wrong(at(key), "is " + shown(value) + ", not a list with elements");
    }
    return value;
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw wrong(at(key), "is missing");
    }
    return node.get(key);
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private UserException wrong(String problem) {
    return wrong(path.isEmpty() ? "the file" : path, problem);
  }

  private UserException wrong(String where, String problem) {
    String gap = problem.startsWith(":") ? "" : " ";
    return new UserException(
        "profile '" + file + "': " + where + gap + problem,
        "The fields are described in hardware-profiles/README.md");
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}
