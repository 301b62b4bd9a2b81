package dev.mixtune.results;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Markup that may stand in a page. Text becomes markup only by being escaped, so that no name from
 * a model or a task can bring markup of its own.
 */
final class Html {
  static final Html NOTHING = new Html("");

  private final String markup;

  private Html(String markup) {
    this.markup = markup;
  }

  /** The text itself, whatever characters it has. */
  static Html text(String text) {
    return new Html(escape(text));
  }

  /** An element with a class; no class where that is empty. */
  static Html tag(String name, String cssClass, Html... children) {
    return tag(name, cssClass, Arrays.asList(children));
  }

  static Html tag(String name, String cssClass, List<Html> children) {
    String opening = cssClass.isEmpty() ? name : name + " class=\"" + escape(cssClass) + "\"";
    return new Html("<" + opening + ">" + join(children).markup + "</" + name + ">");
  }

  /** An element with text in it. */
  static Html tag(String name, String cssClass, String text) {
    return tag(name, cssClass, text(text));
  }

  /** An empty block that the page's program fills. */
  static Html place(String id, String cssClass) {
    return new Html("<div id=\"" + escape(id) + "\" class=\"" + escape(cssClass) + "\"></div>");
  }

  /** An element that the page's program finds, with text in it. */
  static Html withId(String name, String id, String text) {
    return new Html("<" + name + " id=\"" + escape(id) + "\">" + escape(text) + "</" + name + ">");
  }

  /** A button that the page's program shows where it can serve it. */
  static Html hiddenButton(String id, String cssClass, String text) {
    return new Html(
        "<button type=\"button\" hidden id=\""
            + escape(id)
            + "\" class=\""
            + escape(cssClass)
            + "\">"
            + escape(text)
            + "</button>");
  }

  static Html join(List<Html> parts) {
    return new Html(parts.stream().map(part -> part.markup).collect(Collectors.joining()));
  }

  /** Our own style sheet or program, put in as it is. */
  static Html resource(String name) {
    return new Html(Template.read(name));
  }

  /** JSON inside a script element: no character of it can end the element. */
  static Html json(String json) {
    return new Html(
        json.replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("&", "\\u0026")
            .replace("\u2028", "\\u2028")
            .replace("\u2029", "\\u2029"));
  }

  private static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(Character.isISOControl(c) ? ' ' : c);
      }
    }
    return safe.toString();
  }

  /** The markup. */
  @Override
  public String toString() {
    return markup;
  }
}
