package dev.mixtune.results;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page with places such as <code>{{title}}</code>. They are filled in one pass: what is put in is
 * never looked at again.
 */
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private final String source;

  Template(String source) {
    this.source = source;
  }

  /** The page that lies beside this class under that name. */
  static Template resource(String name) {
    return new Template(read(name));
  }

  /**
   * @throws IllegalArgumentException when a place has no value or a value no place
   */
  String fill(Map<String, Html> values) {
    Set<String> unused = new HashSet<>(values.keySet());
    Matcher matcher = PLACE.matcher(source);
    StringBuilder page = new StringBuilder();
    while (matcher.find()) {
      Html value = values.get(matcher.group(1));
      if (value == null) {
        throw new IllegalArgumentException("no value for " + matcher.group());
      }
      unused.remove(matcher.group(1));
      matcher.appendReplacement(page, Matcher.quoteReplacement(value.toString()));
    }
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException("no place for " + unused);
    }
    return matcher.appendTail(page).toString();
  }

  static String read(String name) {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
