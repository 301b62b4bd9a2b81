package dev.mixtune.engine.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files in a temp folder that carry their process's number, so that a later process can remove what
 * a killed one left behind. Thread-safe.
 *
 * @param folder where they are
 */
public record OwnedFiles(Path folder) {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Pattern NAME = Pattern.compile("mixtune-([a-z0-9]*)-([0-9]{1,18})-.*");

  /** The usual temp folder. */
  public static OwnedFiles inTempFolder() {
    return new OwnedFiles(Path.of(System.getProperty("java.io.tmpdir", ".")));
  }

  /**
   * A name that no other file has. The file is not made.
   *
   * @param suffix what the name ends in
   */
  public Path free(String suffix) {
    return folder.resolve(
        "mixtune-"
            + namespace()
            + "-"
            + ProcessHandle.current().pid()
            + "-"
            + COUNT.getAndIncrement()
            + suffix);
  }

  /** Removes the files of processes that do not live any more. What cannot be removed stays. */
  public void sweep() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "mixtune-*")) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()
            && name.group(1).equals(namespace())
            && ProcessHandle.of(Long.parseLong(name.group(2))).isEmpty()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      System.getLogger(OwnedFiles.class.getName())
          .log(System.Logger.Level.INFO, "leftovers in " + folder + " were not looked for", e);
    }
  }

  /** Containers that share a temp folder count their processes anew: Linux tells them apart. */
  private static String namespace() {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      return link.replaceAll("[^0-9]", "");
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
