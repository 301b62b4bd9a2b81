package dev.mixtune.evaluators;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the sources of a task against its model. */
interface SourceOpener {

  /**
   * Opened inputs.
   *
   * @param labels carried by the first source, or null
   */
  record Opened(ModelInputs inputs, @Nullable Labels labels) {}

  /** All inputs of the task, with the labels that the source carries. */
  Opened evaluation();

  /**
   * The same read from another source.
   *
   * @param labels its label file, or null when the source carries them or there are none
   * @param field where that source is named, for messages
   */
  Opened other(Path source, @Nullable Path labels, String field);

  /**
   * As {@link #other}, for a source that needs no labels, such as one to calibrate on; those that
   * it carries are passed over.
   */
  default Opened unlabelled(Path source, String field) {
    return other(source, null, field);
  }
}
