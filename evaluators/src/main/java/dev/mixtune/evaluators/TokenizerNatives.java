package dev.mixtune.evaluators;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells DJL, before it loads, to stay offline and where to unpack its native library: once, into a
 * folder that carries the library's version. Whatever the user has set is left alone.
 */
final class TokenizerNatives {
  private TokenizerNatives() {}

  static void use(Path cache) {
    // Online it would look for CUDA builds on the network, and count its users there.
    setDefault("ai.djl.offline", "true");
    setDefault("OPT_OUT_TRACKING", "true");
    if (System.getenv("ENGINE_CACHE_DIR") == null && System.getenv("DJL_CACHE_DIR") == null) {
      setDefault("ENGINE_CACHE_DIR", writable(cache).toString());
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** A read-only home is no reason to stop: then the temp folder has to do. */
  private static Path writable(Path cache) {
    try {
      Files.createDirectories(cache);
    } catch (IOException e) {
      return Path.of(System.getProperty("java.io.tmpdir", "."), "mixtune");
    }
    return Files.isWritable(cache)
        ? cache.toAbsolutePath()
        : Path.of(System.getProperty("java.io.tmpdir", "."), "mixtune");
  }
}
