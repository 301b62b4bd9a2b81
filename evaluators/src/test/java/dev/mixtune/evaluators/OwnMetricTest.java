package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/own-metric.md, taken from the page itself, compiled, loaded and used. */
class OwnMetricTest {
  private static final String SERVICES = "META-INF/services/dev.mixtune.evaluators.Metric";

  @TempDir Path folder;

  private static String block(String language) throws IOException {
    Path page = Path.of(System.getProperty("mixtune.root", ".."), "docs", "own-metric.md");
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(page));
    assertThat(matcher.find()).as("a block of %s in %s", language, page).isTrue();
    return matcher.group(1);
  }

  private URLClassLoader jar(String java, String services) throws IOException {
    Path source = folder.resolve("AgeError.java");
    Files.writeString(source, java);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", folder.toString(), source.toString());
    assertThat(result).isZero();
    Path file = folder.resolve(SERVICES);
    Files.createDirectories(file.getParent());
    Files.writeString(file, services);
    return new URLClassLoader(new URL[] {folder.toUri().toURL()}, Metric.class.getClassLoader());
  }

  @Test
  void theManualsExampleWorks() throws IOException {
    try (URLClassLoader loader = jar(block("java"), block("text"))) {
      Metric metric = Metric.find("age-error", loader).orElseThrow();
      assertThat(Metric.find("top1", loader)).contains(new TopK(1));
      assertThat(Metric.find("age-error")).isEmpty();

      // Float is 5 years off and 10 years off, the plan 10 and 10.
      StatisticMetric own = (StatisticMetric) metric;
      double[] ages = {30, 60};
      double[] floats = {own.value(row(35), row(35), 30), own.value(row(50), row(50), 60)};
      double[] plan = {own.value(row(40), row(35), 30), own.value(row(50), row(50), 60)};
      PairedScore score = new PairedBootstrap(own, floats, ages).score(plan, 0.95);
      assertThat(score.reference()).isCloseTo(1 - 7.5 / 50, within(1e-12));
      assertThat(score.score()).isCloseTo(1 - 10.0 / 50, within(1e-12));
      assertThat(score.dropHigh()).isCloseTo(0.1, within(1e-12));
    }
  }

  private static Row row(float age) {
    return new Row(new float[] {age}, 0, 1);
  }

  @Test
  void aNameInUseIsRefused() throws IOException {
    String java = block("java").replace("\"age-error\"", "\"top1\"");
    try (URLClassLoader loader = jar(java, block("text"))) {
      assertThatThrownBy(() -> Metric.find("top1", loader))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("example.AgeError")
          .hasMessageContaining("'top1'");
    }
  }

  @Test
  void aJarThatNamesNoMetricIsRefused() throws IOException {
    for (String services : List.of("example.Missing\n", "dev.mixtune.evaluators.Row\n")) {
      try (URLClassLoader loader = jar(block("java"), services)) {
        assertThatThrownBy(() -> Metric.find("top1", loader))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("own-metric.md");
      }
    }
  }
}
