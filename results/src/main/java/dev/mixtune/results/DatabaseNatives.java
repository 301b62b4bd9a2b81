package dev.mixtune.results;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;
import org.sqlite.util.OSInfo;

/**
 * Unpacks SQLite's native library once into a versioned folder.
 *
 * <p>Left alone, the driver unpacks 1 MB into the temp folder at every start, and a killed process
 * never removes it.
 */
public final class DatabaseNatives {
  private static final String FOLDER = "org.sqlite.lib.path";
  private static final String NAME = "org.sqlite.lib.name";

  private DatabaseNatives() {}

  /**
   * Points the driver at {@code cache}, before it loads; does nothing when the user chose a path of
   * their own, or where the folder cannot be written: then the driver helps itself.
   */
  public static void use(Path cache) {
    if (System.getProperty(FOLDER) != null) {
      return;
    }
    String name = LibraryLoaderUtil.getNativeLibName();
    Path folder =
        cache.resolve(
            "sqlite-"
                + SQLiteJDBCLoader.getVersion()
                + "-"
                + OSInfo.getNativeLibFolderPathForCurrentOS().replace('/', '-'));
    try {
      Files.createDirectories(folder);
      unpack(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name, folder.resolve(name));
    } catch (IOException e) {
      System.getLogger(DatabaseNatives.class.getName())
          .log(System.Logger.Level.INFO, "SQLite's library is not cached in " + folder, e);
      return;
    }
    System.setProperty(FOLDER, folder.toAbsolutePath().toString());
    System.setProperty(NAME, name);
  }

  private static void unpack(String resource, Path target) throws IOException {
    if (Files.exists(target)) {
      return;
    }
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("no native library " + resource + " for this platform");
      }
      Path part = Files.createTempFile(target.getParent(), "sqlite", ".part");
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
