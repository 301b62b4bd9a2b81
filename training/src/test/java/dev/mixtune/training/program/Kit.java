package dev.mixtune.training.program;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.runtime.OrtRuntime;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests of this module stand on. */
public final class Kit {
  private static final Path NATIVES = Path.of("target", "natives");

  private Kit() {}

  /** A file of the kit of real models; the test is skipped, visibly, where there is none. */
  public static Path file(String name) {
    Path file =
        Path.of(System.getProperty("mixtune.root", "..")).resolve("../shared/kit").resolve(name);
    assumeTrue(Files.exists(file), "needs the kit of real models: " + name + " is missing");
    return file.normalize();
  }

  /** ONNX Runtime, with natives cached in the build folder. */
  public static OrtRuntime runtime() {
    return OrtRuntime.start(NATIVES);
  }
}
