package dev.mixtune.engine;

import java.util.regex.Pattern;

/**
 * The user's input is wrong: exit code 2, one message, no stack trace.
 *
 * <p>The message says what is wrong, names the thing and its value, and ends with a way out.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}]+");

  /**
   * @param problem what is wrong, with the name and the value of the thing
   * @param wayOut what the user can do, a sentence
   */
  public UserException(String problem, String wayOut) {
    super(oneLine(problem + ". " + wayOut));
  }

  /** As above, keeping the cause for the log. */
  public UserException(String problem, String wayOut, Throwable cause) {
    super(oneLine(problem + ". " + wayOut), cause);
  }

  /** Names come from models and files: control characters must not reach a terminal. */
  private static String oneLine(String text) {
    return CONTROL.matcher(text).replaceAll(" ");
  }
}
