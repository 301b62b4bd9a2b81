package dev.mixtune.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.runtime.OrtRuntime;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kit of real models beside the repository; tests that need it are skipped without it. */
public final class TestKit {
  private TestKit() {}

  /** A file of the kit; the test is skipped, visibly, when the kit is not there. */
  public static Path file(String name) {
    Path file =
        Path.of(System.getProperty("mixtune.root", "..")).resolve("../shared/kit").resolve(name);
    assumeTrue(Files.exists(file), "needs the kit of real models: " + name + " is missing");
    return file.normalize();
  }

  /** The runtime, with natives cached in the build folder. */
  public static OrtRuntime runtime() {
    return OrtRuntime.start(Path.of("target", "natives"));
  }
}
