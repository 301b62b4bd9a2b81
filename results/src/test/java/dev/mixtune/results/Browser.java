package dev.mixtune.results;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Chromium without a screen, where the machine has one. */
final class Browser {
  private static final long MOST_SECONDS = 90;

  private Browser() {}

  /**
   * What became of a page.
   *
   * @param dom the document after its programs ran
   * @param console lines that it wrote to the console
   */
  record Page(String dom, List<String> console) {}

  /** Opens a page; the test is skipped, visibly, where there is no browser. */
  static Page open(Path page, Path scratch, int width, boolean dark)
      throws IOException, InterruptedException {
    Optional<Path> program =
        Stream.of("chromium", "google-chrome", "chromium-browser")
            .flatMap(
                name ->
                    Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "no chromium on the PATH: the report is not opened");
    Path out = scratch.resolve("dom.html");
    Path err = scratch.resolve("console.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + scratch.resolve("profile"),
                "--window-size=" + width + ",1600",
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                "--enable-logging=stderr",
                "--virtual-time-budget=3000",
                "--dump-dom",
                page.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the browser did not end within " + MOST_SECONDS + " s");
    }
    List<String> console =
        Files.readString(err, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.contains(":CONSOLE"))
            .toList();
    return new Page(Files.readString(out, StandardCharsets.UTF_8), console);
  }
}
