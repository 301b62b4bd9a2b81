package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The notebooks' cells over a study, by the JDK's own shell, so that they are tried wherever the
 * tests run. {@code notebooks/run} executes them with Jupyter.
 */
class NotebookTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private static Path study;

  @BeforeAll
  static void copyOfAStudy() throws IOException {
    study = Files.createDirectories(temp.resolve("study"));
    for (String name : List.of("study.db", "frontier.json", "sensitivity.json")) {
      Files.copy(UndisturbedStudy.get().folder().resolve(name), study.resolve(name));
    }
    assertThat(Tune.run("explain", study.toString(), "--measure", "0").exitCode()).isZero();
  }

  private static List<String> cells(String notebook) throws IOException {
    List<String> cells = new ArrayList<>();
    for (JsonNode cell :
        JSON.readTree(Tune.ROOT.resolve("notebooks/" + notebook).toFile()).get("cells")) {
      StringBuilder source = new StringBuilder();
      cell.get("source").forEach(line -> source.append(line.asText()));
      // Magics are the kernel's, which adds the jars that the tests have already.
      if (cell.get("cell_type").asText().equals("code") && source.charAt(0) != '%') {
        cells.add(source.toString().replace("\"study", "\"" + study));
      }
    }
    return cells;
  }

  /** What the cells print. */
  private static String executed(String notebook) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        JShell shell =
            JShell.builder()
                .executionEngine("local")
                .compilerOptions("-classpath", classPath)
                .build()) {
      System.setOut(out);
      run(shell, "void display(String type, Object shown) {}");
      for (String cell : cells(notebook)) {
        run(shell, cell);
      }
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static void run(JShell shell, String cell) {
    String rest = cell;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      assertThat(info.completeness().isComplete()).as(rest).isTrue();
      for (SnippetEvent event : shell.eval(info.source())) {
        assertThat(event.exception()).as(info.source()).isNull();
        assertThat(event.status())
            .as(
                "%s: %s",
                info.source(),
                shell.diagnostics(event.snippet()).map(each -> each.getMessage(null)).toList())
            .isEqualTo(Snippet.Status.VALID);
      }
      rest = info.remaining();
    }
  }

  @Test
  void aStudyCanBeOpenedAndPlotted() throws IOException {
    String printed = executed("study.ipynb");
    for (JsonNode point : JSON.readTree(study.resolve("frontier.json").toFile()).get("points")) {
      assertThat(printed).contains(point.get("id").asText());
    }
    assertThat(printed).contains("% confidence");
  }

  @Test
  void sensitivitiesAndOneStepChangesCanBeLookedAt() throws IOException {
    String printed = executed("what-if.ipynb");
    for (JsonNode layer : JSON.readTree(study.resolve("frontier.json").toFile()).get("layers")) {
      assertThat(printed).contains(layer.get("name").asText());
    }
    assertThat(printed).contains(" drop ").contains(" bytes ");
  }
}
