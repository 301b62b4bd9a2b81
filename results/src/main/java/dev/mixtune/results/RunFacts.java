package dev.mixtune.results;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code run.json}: when, where and with what a study was made; everything that may differ between
 * two runs of the same study. Maps keep the order in which they were filled.
 *
 * @param command the command line
 * @param started date and time in ISO 8601
 * @param finished date and time in ISO 8601
 * @param wallSeconds seconds spent, all resumes together
 * @param ended why the search ended, in words
 * @param status what became of the limits
 * @param settings name and value, such as the budget
 * @param versions program and version
 * @param host such as processor, cores and operating system
 * @param notes sentences that the reader of the report should know
 * @param economy what the search paid; null where an older study did not say
 */
public record RunFacts(
    String command,
    String started,
    String finished,
    double wallSeconds,
    String ended,
    StudyStatus status,
    Map<String, String> settings,
    Map<String, String> versions,
    Map<String, String> host,
    List<String> notes,
    @Nullable Economy economy) {

  public RunFacts {
    Numbers.requireFinite("wallSeconds", wallSeconds);
    settings = ordered(settings);
    versions = ordered(versions);
    host = ordered(host);
    notes = List.copyOf(notes);
  }

  /** Facts of a study that does not say what its search paid. */
  public RunFacts(
      String command,
      String started,
      String finished,
      double wallSeconds,
      String ended,
      StudyStatus status,
      Map<String, String> settings,
      Map<String, String> versions,
      Map<String, String> host,
      List<String> notes) {
    this(
        command,
        started,
        finished,
        wallSeconds,
        ended,
        status,
        settings,
        versions,
        host,
        notes,
        /* economy= */ null);
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, StudyJson.write(this));
  }

  /**
   * Reads a file back.
   *
   * @throws dev.mixtune.engine.UserException when it is missing or broken
   */
  public static RunFacts read(Path file) {
    return StudyJson.read(file, RunFacts.class);
  }

  private static Map<String, String> ordered(Map<String, String> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
