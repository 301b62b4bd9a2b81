package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a folder, in a fixed order: that of labels.csv, or sorted by name.
 *
 * @param files the pictures
 * @param labels one per picture, or null when the folder has none
 */
record ImageFolder(List<Path> files, @Nullable Labels labels) {
  private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif");

  ImageFolder {
    files = List.copyOf(files);
  }

  /**
   * Lists a folder: labels.csv with images/, or one folder per class (sorted names are the classes
   * 0, 1, ...), or, without labels, images/ alone or the pictures themselves.
   *
   * @param field where the folder was named, for messages
   * @throws UserException when there are no pictures
   */
  static ImageFolder list(Path folder, String field) {
    Path csv = folder.resolve("labels.csv");
    Path images = folder.resolve("images");
    if (Files.isRegularFile(csv)) {
      return LabelsCsv.read(csv, Files.isDirectory(images) ? images : folder);
    }
    List<Path> classes = sorted(folder, Files::isDirectory);
    ImageFolder found;
    if (classes.isEmpty() || classes.equals(List.of(images))) {
      Path place = classes.isEmpty() ? folder : images;
      found = new ImageFolder(sorted(place, ImageFolder::isPicture), null);
    } else {
      found = ofClasses(folder, classes);
    }
    if (found.files().isEmpty()) {
      throw new UserException(
          field + " " + folder + " holds no pictures",
          "Give it labels.csv with images/, or one folder of pictures per class ("
              + String.join(", ", ENDINGS.stream().sorted().toList())
              + ")");
    }
    return found;
  }

  private static ImageFolder ofClasses(Path folder, List<Path> classes) {
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      List<Path> pictures = sorted(classes.get(label), ImageFolder::isPicture);
      files.addAll(pictures);
      labels.addAll(Collections.nCopies(pictures.size(), label));
    }
    return new ImageFolder(
        files,
        Labels.of(
            labels.stream().mapToInt(Integer::intValue).toArray(), "class folders of " + folder));
  }

  private static boolean isPicture(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(path);
  }

  private static List<Path> sorted(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .filter(wanted)
          .sorted(Comparator.comparing(path -> path.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UserException(
          "folder " + folder + " cannot be read: " + e, "Check its permissions", e);
    }
  }
}
