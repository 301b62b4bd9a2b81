package dev.mixtune.cli;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the user sees while a command runs: a line that rewrites itself on a terminal, plain lines
 * otherwise.
 */
final class Console {
  /** How progress is shown. */
  enum Style {
    BAR,
    PLAIN,
    JSON
  }

  private static final long PLAIN_INTERVAL_MILLIS = 10_000;
  private static final long BAR_INTERVAL_MILLIS = 100;
  private static final int BAR_WIDTH = 16;
  private static final int LINE_WIDTH = 118;

  private final PrintStream out;
  private final Style style;
  private final Clock clock;
  private @Nullable ProgressFile file;
  private Supplier<Optional<Duration>> whole = Optional::empty;
  private final long start;
  private long lastShown;
  private boolean lineOpen;

  Console(PrintStream out, Style style, Clock clock) {
    this.out = out;
    this.style = style;
    this.clock = clock;
    this.start = clock.millis();
  }

  /** From now on progress goes to a file too. */
  synchronized void watch(ProgressFile progress) {
    file = progress;
  }

  /**
   * From now on what is said to be left is the whole study's.
   *
   * @param left empty as long as that is not known
   */
  synchronized void expect(Supplier<Optional<Duration>> left) {
    whole = left;
  }

  /** Where the search stands, for those who watch it. */
  synchronized void search(SearchFigures figures) {
    if (file != null) {
      file.search(figures);
    }
  }

  /** A statement that stays. */
  synchronized void say(String text) {
    closeLine();
    if (style == Style.JSON) {
      out.println("{\"message\":\"" + escape(text) + "\",\"seconds\":" + seconds() + "}");
    } else {
      out.println(text);
    }
  }

  /**
   * How far a phase is.
   *
   * @param phase such as {@code search}
   * @param fraction 0..1 of the phase
   * @param ofPhase estimated time left of the phase, or null when unknown; it is shown as long as
   *     the whole study's is not known
   * @param detail what is worth knowing, short
   */
  synchronized void progress(
      String phase, double fraction, @Nullable Duration ofPhase, String detail) {
    Duration left = whole.get().orElse(ofPhase);
    if (file != null) {
      file.progress(phase, fraction, left, detail);
    }
    long now = clock.millis();
    long interval = style == Style.BAR ? BAR_INTERVAL_MILLIS : PLAIN_INTERVAL_MILLIS;
    boolean finished = fraction >= 1;
    if (!finished && now - lastShown < interval) {
      return;
    }
    lastShown = now;
    double share = Math.max(0, Math.min(1, fraction));
    String remaining = left == null ? "" : " " + text(left) + " left";
    switch (style) {
      case BAR -> {
        int filled = (int) Math.round(share * BAR_WIDTH);
        String bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
        String line =
            String.format(
                Locale.ROOT,
                "%-12s [%s] %3.0f%%%s  %s",
                phase,
                bar,
                share * 100,
                remaining,
                detail);
        out.print("\r" + fit(line));
        out.flush();
        lineOpen = true;
        if (finished) {
          closeLine();
        }
      }
      case PLAIN ->
          out.printf(Locale.ROOT, "%s %.0f%%%s %s%n", phase, share * 100, remaining, detail);
      case JSON ->
          out.printf(
              Locale.ROOT,
              "{\"phase\":\"%s\",\"fraction\":%.4f,\"secondsLeft\":%s,\"detail\":\"%s\","
                  + "\"seconds\":%s}%n",
              escape(phase),
              share,
              left == null ? "null" : Long.toString(left.toSeconds()),
              escape(detail),
              seconds());
    }
  }

  /** Since this console was opened, with tenths. */
  private String seconds() {
    return String.format(Locale.ROOT, "%.1f", (clock.millis() - start) / 1000.0);
  }

  private void closeLine() {
    if (lineOpen) {
      out.println();
      lineOpen = false;
    }
  }

  private static String fit(String line) {
    String cut = line.length() > LINE_WIDTH ? line.substring(0, LINE_WIDTH) : line;
    return cut + " ".repeat(LINE_WIDTH - cut.length());
  }

  /** {@code 42 s}, {@code 3 min 10 s}, {@code 7 h 5 min}. */
  static String text(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < 0x20) {
        escaped.append(' ');
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
