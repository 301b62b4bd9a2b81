package dev.mixtune.training.program;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Ends a program: whatever went wrong is told in one line, and a stack trace goes to a file. */
public final class Ending {
  private static final int USER_ERROR = 2;
  private static final int BUG = 70;

  private Ending() {}

  /**
   * Runs a program.
   *
   * @param err gets the line
   * @return the exit code: 0, 2 for wrong input, 70 for anything else
   */
  public static int of(Runnable program, PrintStream err) {
    try {
      program.run();
      return 0;
    } catch (UserException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    } catch (RuntimeFailure e) {
      err.println(
          "ONNX Runtime cannot run the model with these inputs: "
              + firstLine(e)
              + ". Check the model and the inputs with ./tune doctor.");
      return USER_ERROR;
    } catch (Throwable e) {
      // Lack of memory, libraries that do not load and PyTorch's own failures are among them.
      err.println(e.getClass().getName() + ": " + firstLine(e) + " (" + kept(e) + ")");
      return BUG;
    }
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("it does not say why");
  }

  private static String kept(Throwable failure) {
    try {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      Path file = Files.createTempFile("mixtune-training-", ".txt");
      Files.writeString(file, trace.toString());
      return "the stack trace is in " + file;
    } catch (IOException e) {
      return "the stack trace cannot be written: " + e.getMessage();
    }
  }
}
