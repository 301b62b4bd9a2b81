package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The largest drop of the metric that the user accepts.
 *
 * @param fraction 0..1 exclusive: of the metric's full scale, or of the float model's score when
 *     relative
 * @param relative whether it is a share of the float model's score
 */
record MaxDrop(double fraction, boolean relative) {
  private static final Pattern SYNTAX =
      Pattern.compile("\\s*([-+]?[0-9]*\\.?[0-9]+)\\s*%\\s*(rel)?\\s*");

  /**
   * Reads {@code 1%} (one point of the metric) or {@code 1%rel} (relative).
   *
   * @throws UserException when the text is no percentage between 0 and 100
   */
  static MaxDrop parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches()) {
      double percent = Double.parseDouble(matcher.group(1));
      if (percent > 0 && percent < 100) {
        return new MaxDrop(percent / 100, matcher.group(2) != null);
      }
    }
    throw new UserException(
        "--max-drop '" + text + "' is not a percentage above 0 and below 100",
        "Write for example --max-drop 1% (one point of the metric) or --max-drop 1%rel.");
  }

  /** The drop in units of the metric. */
  double absolute(double reference) {
    return relative ? fraction * Math.abs(reference) : fraction;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s%%%s", number(fraction * 100), relative ? "rel" : "");
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}
