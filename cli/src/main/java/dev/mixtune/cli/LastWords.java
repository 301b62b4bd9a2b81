package dev.mixtune.cli;

import java.util.List;

/** The line that says why a process failed, among all that it printed. */
final class LastWords {
  private static final List<String> HEADS = List.of("Exception in thread ", "[ERROR] ");

  /** Frames of a stack trace and what Maven adds to each failure say nothing. */
  private static final List<String> EMPTY =
      List.of("at ", "... ", "Caused by: ", "Suppressed: ", "[ERROR] [Help", "[ERROR] ->");

  private String head = "";
  private String last = "";
  private boolean lastIsOwn;

  /** Takes the next line. */
  void hear(String line) {
    String text = line.strip();
    if (text.isEmpty() || text.equals("[ERROR]") || EMPTY.stream().anyMatch(text::startsWith)) {
      return;
    }
    boolean isHead = HEADS.stream().anyMatch(text::startsWith);
    if (isHead && head.isEmpty()) {
      head = text;
    }
    last = text;
    lastIsOwn = !isHead;
  }

  /** The last line of one's own words, else the first of a failure; empty when there is none. */
  String words() {
    return lastIsOwn || head.isEmpty() ? last : head;
  }
}
