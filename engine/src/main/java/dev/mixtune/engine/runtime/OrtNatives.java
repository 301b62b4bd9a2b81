package dev.mixtune.engine.runtime;

import ai.onnxruntime.OrtEnvironment;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Unpacks ONNX Runtime's native libraries once into a versioned folder.
 *
 * <p>Left alone, the Java binding unpacks 28 MB into the temp folder at every start and a killed
 * process never removes them.
 */
final class OrtNatives {
  private static final String PROPERTY = "onnxruntime.native.path";
  private static final String UNPACKED = "onnxruntime-java";
  private static final int LONGEST_COMMAND_LINE = 3_700;
  private static final List<String> LIBRARIES = List.of("onnxruntime", "onnxruntime4j_jni");

  private OrtNatives() {}

  /**
   * Refuses to start where ONNX Runtime 1.29 would crash: loading its library ends in a
   * segmentation fault when the process was started with a command line of about 4,000 bytes or
   * more (docs/decisions/0006).
   */
  static void requireShortCommandLine(Path commandLine) {
    int length;
    try {
      length = Files.readAllBytes(commandLine).length;
    } catch (IOException e) {
      return; // Only Linux tells.
    }
    if (length > LONGEST_COMMAND_LINE) {
      throw new UserException(
          "the command line has " + length + " bytes; ONNX Runtime 1.29 crashes above about 4,000",
          "Pass the class path by the variable CLASSPATH, and options by a file: ./tune @FILE.");
    }
  }

  /** Points the binding at {@code cache}; does nothing when the user chose a path of their own. */
  static void use(Path cache) {
    if (System.getProperty(PROPERTY) != null) {
      return;
    }
    String platform = platform();
    Path folder = cache.resolve("onnxruntime-" + version() + "-" + platform);
    try {
      Files.createDirectories(folder);
      for (String library : LIBRARIES) {
        String file = System.mapLibraryName(library);
        unpack("/ai/onnxruntime/native/" + platform + "/" + file, folder.resolve(file));
      }
    } catch (IOException e) {
      // A read-only home is no reason to stop: the binding then unpacks into the temp folder.
      System.getLogger(OrtNatives.class.getName())
          .log(System.Logger.Level.INFO, "natives are not cached in " + folder, e);
      return;
    }
    System.setProperty(PROPERTY, folder.toString());
  }

  /**
   * Starts the binding. It makes a folder for libraries that it unpacks, and removes it when the
   * process ends, which a killed process never does: where nothing was unpacked it goes at once.
   *
   * @param temp where the folder is made
   * @param start makes it
   */
  static <T> T started(Path temp, Supplier<T> start) {
    Set<Path> before = unpacked(temp);
    T started = start.get();
    Set<Path> made = new HashSet<>(unpacked(temp));
    made.removeAll(before);
    // When others started meanwhile, nobody can tell whose is which.
    if (made.size() == 1) {
      try {
        Files.delete(made.iterator().next());
      } catch (IOException e) {
        System.getLogger(OrtNatives.class.getName())
            .log(System.Logger.Level.DEBUG, "the binding needs its folder", e);
      }
    }
    return started;
  }

  private static Set<Path> unpacked(Path temp) {
    Set<Path> folders = new HashSet<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(temp, UNPACKED + "*")) {
      found.forEach(folders::add);
    } catch (IOException e) {
      System.getLogger(OrtNatives.class.getName())
          .log(System.Logger.Level.DEBUG, "no folder was looked for in " + temp, e);
    }
    return folders;
  }

  private static void unpack(String resource, Path target) throws IOException {
    if (Files.exists(target)) {
      return;
    }
    try (InputStream in = OrtNatives.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("no native library " + resource + " for this platform");
      }
      Path part =
          Files.createTempFile(target.getParent(), target.getFileName().toString(), ".part");
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String osPart = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    String archPart =
        switch (arch) {
          case "amd64", "x86_64" -> "x64";
          case "aarch64", "arm64" -> "aarch64";
          default -> arch;
        };
    return osPart + "-" + archPart;
  }

  /** The binding's version, from its jar's manifest; the class is not initialised by this. */
  private static String version() {
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    return version == null ? "unversioned" : version;
  }
}
