package dev.mixtune.hardware.emulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files that ship with the profiles: counts and published figures. */
final class Evidence {
  private Evidence() {}

  /** The lines of a file of the folder evidence. */
  static List<String> lines(String file) {
    try (InputStream stream =
        Evidence.class.getResourceAsStream("/dev/mixtune/hardware/evidence/" + file)) {
      if (stream == null) {
        throw new IllegalStateException("the shipped file evidence/" + file + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
