package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * The commands of the manual. In its pages, blocks marked {@code sh} are run in order in one
 * folder; blocks with a file's name after the mark become that file; a comment {@code run:} is run
 * unseen.
 */
class ManualTest {
  private static final Path DOCS = Tune.ROOT.resolve("docs");
  private static final Pattern HIDDEN = Pattern.compile("<!-- run: (.*) -->");
  private static final Pattern FENCE = Pattern.compile("```(sh|yaml)(?: (\\S+))?");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @TempDir Path folder;

  static Stream<String> pages() throws IOException {
    try (Stream<Path> files = Files.list(DOCS)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !commands(file).isEmpty())
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  private static List<String> lines(Path page) {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The page as a program for the shell; files first come to be where the page has them. */
  private static String script(Path page) {
    StringBuilder script = new StringBuilder("set -e\n");
    String mark = "";
    String file = "";
    for (String line : lines(page)) {
      Matcher hidden = HIDDEN.matcher(line);
      Matcher fence = FENCE.matcher(line);
      if (mark.isEmpty() && hidden.matches()) {
        script.append(hidden.group(1)).append('\n');
      } else if (mark.isEmpty() && fence.matches()) {
        mark = fence.group(1);
        file = fence.group(2) == null ? "" : fence.group(2);
        script.append(file.isEmpty() ? "" : "cat > " + file + " <<'END OF FILE'\n");
      } else if (!mark.isEmpty() && line.equals("```")) {
        script.append(file.isEmpty() ? "" : "END OF FILE\n");
        mark = "";
      } else if (mark.equals("sh") || !file.isEmpty() && !mark.isEmpty()) {
        script.append(line).append('\n');
      }
    }
    return script.toString();
  }

  private static List<String> commands(Path page) {
    List<String> commands = new ArrayList<>();
    for (String line : script(page).split("\n")) {
      int start = line.indexOf("./tune ");
      if (start >= 0 && (start == 0 || line.startsWith("exec"))) {
        commands.add(line.substring(start + "./tune ".length()));
      }
    }
    return commands;
  }

  /** Cheap, so that a renamed option is found at once. */
  @Test
  void everyCommandOfTheManualIsOneThatTheProgramKnows() throws IOException {
    int seen = 0;
    for (String page : pages().toList()) {
      for (String command : commands(DOCS.resolve(page))) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command.replaceAll("\\s[>#].*", ""));
        while (word.find()) {
          words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        CommandLine line = new CommandLine(new TuneCommand(around()));
        assertThat(line.parseArgs(words.toArray(String[]::new)).unmatched())
            .as(page + ": " + command)
            .isEmpty();
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(20);
  }

  private static Surroundings around() {
    PrintStream nowhere = new PrintStream(new java.io.ByteArrayOutputStream(), true);
    return new Surroundings(
        Tune.ROOT,
        Path.of("target", "natives"),
        Clock.systemUTC(),
        nowhere,
        nowhere,
        false,
        new AtomicBoolean());
  }

  /** Links of the manual lead to pages that are there. */
  @Test
  void pagesThatAreNamedExist() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Tune.ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.list(DOCS)) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    Pattern named = Pattern.compile("docs/[a-z-]+\\.md");
    for (Path page : pages) {
      Matcher matcher = named.matcher(Files.readString(page));
      while (matcher.find()) {
        assertThat(Tune.ROOT.resolve(matcher.group())).as("named in " + page).exists();
      }
    }
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandOfAPageRuns(String page) throws Exception {
    Files.createSymbolicLink(folder.resolve("examples"), Tune.ROOT.resolve("examples"));
    Files.createSymbolicLink(
        folder.resolve("hardware-profiles"), Tune.ROOT.resolve("hardware-profiles"));
    // Budgets are cut, all else is as the page has it. 4 says that a short search was not
    // certified.
    Path tune =
        Files.writeString(
            folder.resolve("tune"),
            """
            #!/usr/bin/env bash
            words=()
            while [ $# -gt 0 ]; do
              case "$1" in
                --budget) words+=(--budget 20s); shift 2 ;;
                *) words+=("$1"); shift ;;
              esac
            done
            code=0
            "%s" -Djava.awt.headless=true -Dmixtune.home="%s" dev.mixtune.cli.Main "${words[@]}" || code=$?
            [ $code -eq 4 ] || exit $code
            """
                .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), Tune.ROOT));
    assertThat(tune.toFile().setExecutable(true)).isTrue();
    Path log = folder.resolve("page.log");
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", script(DOCS.resolve(page)))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    shell.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    shell
        .environment()
        .put("XDG_CACHE_HOME", Path.of("target", "manual-cache").toAbsolutePath().toString());
    Process process = shell.start();
    assertThat(process.waitFor(20, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
  }
}
