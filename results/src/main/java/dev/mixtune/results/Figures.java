package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Prints quantities for people. The only place in this room where fractions become percent. */
final class Figures {
  /** 0.07 times 10,000 is a little above 700 in binary. */
  private static final double CEILING_SLACK = 1e-6;

  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}\\uFFFE\\uFFFF]+");
  private static final int LONGEST_NAME = 80;

  private Figures() {}

  /** 0.9131 as {@code 91.31 %}. */
  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
  }

  /** A metric: a share of right answers as {@code 91.31 %}, any other as {@code 0.8672}. */
  static String metric(double value, boolean isShare) {
    return isShare ? percent(value) : String.format(Locale.ROOT, "%.4f", value);
  }

  /** 0.95 as {@code 95 %}, 0.975 as {@code 97.5 %}. */
  static String confidence(double fraction) {
    double percent = Math.rint(1e4 * fraction) / 100;
    String digits =
        percent == Math.rint(percent)
            ? String.format(Locale.ROOT, "%.0f", percent)
            : Double.toString(percent);
    return digits + " %";
  }

  /** A drop of 0.0031 as {@code 0.31}, in points of the metric; a gain has a minus sign. */
  static String points(double fraction) {
    String text = String.format(Locale.ROOT, "%.2f", 100 * fraction);
    return (text.equals("-0.00") ? "0.00" : text).replace('-', '\u2212');
  }

  /** As {@link #points}, never shown smaller than it is: for what is claimed as a bound. */
  static String bound(double fraction) {
    return points(Math.ceil(fraction * 10_000 - CEILING_SLACK) / 10_000);
  }

  /** {@code −0.10 to 0.52}. */
  static String interval(Interval interval) {
    return points(interval.low()) + " to " + points(interval.high());
  }

  /** {@code 75.3 kB}; a kilobyte is 1000 bytes. */
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = (double) bytes;
    String[] units = {"kB", "MB", "GB"};
    int unit = -1;
    while (unit < units.length - 1 && value >= 999.5) {
      value /= 1000;
      unit++;
    }
    return digits(value) + " " + units[unit];
  }

  /** {@code 75 kB}: bytes without decimals that say nothing, for the ticks of an axis. */
  static String roundBytes(long bytes) {
    return bytes(bytes).replaceFirst("\\.0+ ", " ").replaceFirst("(\\.\\d*[1-9])0+ ", "$1 ");
  }

  /** {@code 1.87 ms}. */
  static String millis(double millis) {
    return digits(millis) + " ms";
  }

  /** {@code 0.52×}. */
  static String ratio(double ratio) {
    return String.format(Locale.ROOT, ratio < 0.1 ? "%.3f\u00d7" : "%.2f\u00d7", ratio);
  }

  /** Three digits that count. */
  static String digits(double value) {
    // Rounded first: 0.9996 has as many decimals as the 1.00 that it becomes.
    double size = new BigDecimal(value).round(new MathContext(3)).abs().doubleValue();
    if (size >= 100 || size == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size < 0.001) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int decimals = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** {@code 6,000}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** {@code 6,000 samples}, {@code 1 sample}. */
  static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** {@code a, b and c}. */
  static String list(List<String> parts) {
    if (parts.size() <= 1) {
      return String.join("", parts);
    }
    return String.join(", ", parts.subList(0, parts.size() - 1))
        + " and "
        + parts.get(parts.size() - 1);
  }

  static String basis(Basis basis) {
    return switch (basis) {
      case MEASURED -> "measured";
      case SCALED -> "scaled, not measured";
      case MODELLED -> "modelled, not measured";
      case NO_KERNEL -> "modelled, no kernel";
    };
  }

  /** A name that can be drawn: no control characters, not endless. */
  static String plain(String name) {
    String clean = UNPRINTABLE.matcher(name).replaceAll(" ").trim();
    if (clean.length() <= LONGEST_NAME) {
      return clean;
    }
    int end = LONGEST_NAME - 1;
    boolean splitsPair = Character.isHighSurrogate(clean.charAt(end - 1));
    return clean.substring(0, splitsPair ? end - 1 : end) + "\u2026";
  }
}
