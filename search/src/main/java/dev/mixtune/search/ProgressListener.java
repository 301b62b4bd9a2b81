package dev.mixtune.search;

/** Port: hears how the search gets on, on the search's own thread. */
@FunctionalInterface
public interface ProgressListener {

  /** Called after each batch of evaluations. */
  void progressed(Progress progress);
}
