package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads quantities with units from the command line. */
final class Quantities {
  private static final Pattern SYNTAX =
      Pattern.compile("\\s*([0-9]*\\.?[0-9]+)\\s*([A-Za-z%]*)\\s*");

  private Quantities() {}

  /** {@code 30s}, {@code 10m}, {@code 8h}, {@code 1.5h}. */
  static Duration duration(String option, String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches()) {
      double seconds =
          Double.parseDouble(matcher.group(1))
              * switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "s" -> 1;
                case "m", "min" -> 60;
                case "h" -> 3600;
                case "d" -> 86_400;
                default -> Double.NaN;
              };
      if (seconds > 0 && seconds <= 366 * 86_400.0) {
        return Duration.ofMillis(Math.round(seconds * 1000));
      }
    }
    throw new UserException(
        option + " '" + text + "' is not a time", "Write for example " + option + " 10m or 8h.");
  }

  /** {@code 800kB}, {@code 1MB}, {@code 1.5MiB}. */
  static long bytes(String option, String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches()) {
      double bytes =
          Double.parseDouble(matcher.group(1))
              * switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "b", "" -> 1;
                case "kb" -> 1e3;
                case "mb" -> 1e6;
                case "gb" -> 1e9;
                case "kib" -> 1024.0;
                case "mib" -> 1024.0 * 1024;
                case "gib" -> 1024.0 * 1024 * 1024;
                default -> Double.NaN;
              };
      if (bytes >= 1) {
        return Math.round(bytes);
      }
    }
    throw new UserException(
        option + " '" + text + "' is not a size", "Write for example " + option + " 1MB.");
  }

  /** {@code 5ms}, {@code 800us}, {@code 0.2s}; returns milliseconds. */
  static double millis(String option, String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches()) {
      double millis =
          Double.parseDouble(matcher.group(1))
              * switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "us" -> 1e-3;
                case "ms" -> 1;
                case "s" -> 1e3;
                default -> Double.NaN;
              };
      if (millis > 0) {
        return millis;
      }
    }
    throw new UserException(
        option + " '" + text + "' is not a latency", "Write for example " + option + " 5ms.");
  }

  /** A confidence such as {@code 95%}; returns the fraction. */
  static double confidence(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches() && matcher.group(2).equals("%")) {
      double percent = Double.parseDouble(matcher.group(1));
      if (percent > 50 && percent < 100) {
        return percent / 100;
      }
    }
    throw new UserException(
        "--confidence '" + text + "' is not a percentage above 50 and below 100",
        "Write for example --confidence 95%.");
  }
}
