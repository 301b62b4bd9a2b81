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
 * Reads {@code labels.csv}: a header line with the columns {@code file} (relative to images/) and
 * {@code label} (0-based class), further columns ignored; fields may stand in double quotes.
 */
final class LabelsCsv {
  private final Path csv;
  private final Path images;

  private LabelsCsv(Path csv, Path images) {
    this.csv = csv;
    this.images = images;
  }

  static ImageFolder read(Path csv, Path images) {
    return new LabelsCsv(csv, images).read();
  }

  private ImageFolder read() {
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(csv)) {
      List<String> header = header(reader.readLine());
      int line = 1;
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line++;
        if (!text.isBlank()) {
          List<String> fields = split(text);
          files.add(file(field(fields, header, "file", line), line));
          labels.add(label(field(fields, header, "label", line), line));
        }
      }
    } catch (IOException e) {
      throw new UserException(
          csv + " cannot be read: " + e, "It must be UTF-8 text with a header line", e);
    }
    if (files.isEmpty()) {
      throw new UserException(csv + " names no pictures", "Add one line per picture");
    }
    return new ImageFolder(
        files, Labels.of(labels.stream().mapToInt(Integer::intValue).toArray(), csv.toString()));
  }

  private List<String> header(@Nullable String line) {
    List<String> header = line == null ? List.of() : split(line);
    if (!header.contains("file") || !header.contains("label")) {
      throw new UserException(
          csv + " has the columns " + header,
          "The first line must name the columns file and label");
    }
    return header;
  }

  private String field(List<String> fields, List<String> header, String column, int line) {
    int index = header.indexOf(column);
    if (index >= fields.size()) {
      throw new UserException(
          csv + ", line " + line + " has no " + column, "Every line has the columns of the header");
    }
    return fields.get(index);
  }

  private Path file(String name, int line) {
    Path path = images.resolve(name).normalize();
    if (!path.startsWith(images.normalize()) || !Files.isRegularFile(path)) {
      throw new UserException(
          csv + ", line " + line + ": file is '" + name + "': there is no such file in " + images,
          "Names are relative to the images folder");
    }
    return path;
  }

  private int label(String text, int line) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new UserException(
          csv + ", line " + line + ": label is '" + text + "'",
          "Labels are whole numbers from 0",
          e);
    }
  }

  /** Fields of one line; a doubled quote inside quotes is a quote. */
  static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else if (c != '\uFEFF') {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
