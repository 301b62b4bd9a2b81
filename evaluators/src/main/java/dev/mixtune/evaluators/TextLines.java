package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a file, UTF-8, one sample per line, columns separated by tabs; empty lines are
 * passed over.
 *
 * @param texts one or two per sample
 * @param labels one per sample, or null when the lines carry none
 */
record TextLines(List<List<String>> texts, @Nullable Labels labels) {

  TextLines {
    texts = List.copyOf(texts);
  }

  /** What the columns of a line are. */
  enum Columns {
    /** A number, a text, another text. */
    SCORE_AND_PAIR,
    /** A number, a text. */
    SCORE_AND_TEXT,
    /** A class, a text. */
    CLASS_AND_TEXT,
    /** A text; what stands before a tab is passed over. */
    TEXT,
    /** Two texts; a column before them is passed over. */
    PAIR
  }

  /**
   * Reads a file.
   *
   * @param field where it was named, for messages
   * @throws UserException naming the line and what is wrong with it
   */
  static TextLines read(Path file, Columns columns, String field) {
    return new Reader(file, columns, field).read();
  }

  private static final class Reader {
    private final Path file;
    private final Columns columns;
    private final String field;
    private final List<List<String>> texts = new ArrayList<>();
    private final List<Double> labels = new ArrayList<>();

    Reader(Path file, Columns columns, String field) {
      this.file = file;
      this.columns = columns;
      this.field = field;
    }

    TextLines read() {
      if (!Files.isRegularFile(file)) {
        throw new UserException(field + " " + file + " is no file", "Name a file of lines of text");
      }
      try (BufferedReader reader = Files.newBufferedReader(file)) {
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          number++;
          String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
          if (!text.isBlank()) {
            add(text, number);
          }
        }
      } catch (IOException e) {
        throw new UserException(
            field + " " + file + " cannot be read: " + e, "It must be UTF-8 text", e);
      }
      if (texts.isEmpty()) {
        throw new UserException(field + " " + file + " has no lines", "Add one line per sample");
      }
      double[] numbers = labels.stream().mapToDouble(Double::doubleValue).toArray();
      return new TextLines(
          texts,
          switch (columns) {
            case SCORE_AND_PAIR, SCORE_AND_TEXT -> Labels.ofNumbers(numbers, field + " " + file);
            case CLASS_AND_TEXT ->
                Labels.of(labels.stream().mapToInt(Double::intValue).toArray(), field + " " + file);
            case TEXT, PAIR -> null;
          });
    }

    private void add(String line, int number) {
      String[] parts = line.split("\t", -1);
      switch (columns) {
        case SCORE_AND_PAIR -> {
          require(parts, 3, "a score, a tab, a text, a tab and another text", number);
          labels.add(score(parts[0], number));
          texts.add(List.of(parts[1], parts[2]));
        }
        case PAIR -> {
          int first = parts.length == 2 ? 0 : 1;
          require(parts, first + 2, "a text, a tab and another text", number);
          texts.add(List.of(parts[first], parts[first + 1]));
        }
        case SCORE_AND_TEXT -> {
          require(parts, 2, "a score, a tab and a text", number);
          labels.add(score(parts[0], number));
          texts.add(List.of(parts[1]));
        }
        case CLASS_AND_TEXT -> {
          require(parts, 2, "a class, a tab and a text", number);
          labels.add((double) label(parts[0], number));
          texts.add(List.of(parts[1]));
        }
        case TEXT -> texts.add(List.of(line.substring(line.indexOf('\t') + 1)));
      }
    }

    private void require(String[] parts, int count, String wanted, int number) {
      if (parts.length != count) {
        throw new UserException(
            where(number) + " has " + parts.length + " columns", "A line is " + wanted);
      }
    }

    private double score(String text, int number) {
      double score;
      try {
        score = Double.parseDouble(text.strip());
      } catch (NumberFormatException e) {
        score = Double.NaN;
      }
      if (!Double.isFinite(score)) {
        throw new UserException(
            where(number) + ": the score is '" + text + "'",
            "Scores are finite numbers, such as 3.8; a heading must go");
      }
      return score;
    }

    private int label(String text, int number) {
      try {
        return Integer.parseInt(text.strip());
      } catch (NumberFormatException e) {
        throw new UserException(
            where(number) + ": the label is '" + text + "'",
            "Labels are whole numbers from 0; a heading must go",
            e);
      }
    }

    private String where(int number) {
      return field + " " + file + ", line " + number;
    }
  }
}
