package dev.mixtune.results;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code splits.json}: which samples each split holds.
 *
 * @param search positions in the source
 * @param holdout positions in the source
 */
public record SplitIndices(List<Integer> search, List<Integer> holdout) {
  public SplitIndices {
    search = List.copyOf(search);
    holdout = List.copyOf(holdout);
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, StudyJson.compact(this) + "\n");
  }

  /**
   * Reads a file back.
   *
   * @throws dev.mixtune.engine.UserException when it is missing or broken
   */
  public static SplitIndices read(Path file) {
    return StudyJson.read(file, SplitIndices.class);
  }
}
