package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code tune bench rounding} on a small task: every figure of the table, on screen and on disk.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoundingBenchTest {
  private static final int PLAN = 1;
  private static final int ROUNDING = 2;
  private static final int BITS = 3;
  private static final int WEIGHTS_ONLY = 5;
  private static final int INTEGER = 7;

  @TempDir static Path temp;
  private Tune tune;
  private String document;

  @BeforeAll
  void compareTheRoundings() throws IOException {
    Path out = temp.resolve("rounding.md");
    Path task = SmallTask.in(temp);
    tune =
        Tune.run(
            "bench",
            "rounding",
            "--task",
            task.toString(),
            "--widths",
            "4",
            "--methods",
            "nearest,codebook,context,library",
            "--out",
            out.toString());
    document = Files.exists(out) ? Files.readString(out) : "";
  }

  private List<String[]> rows() {
    return document
        .lines()
        .filter(line -> line.startsWith("| W4"))
        .map(line -> Arrays.stream(line.split("\\|")).map(String::trim).toArray(String[]::new))
        .toList();
  }

  private String[] row(String plan, String rounding) {
    return rows().stream()
        .filter(row -> row[PLAN].equals(plan) && row[ROUNDING].equals(rounding))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyRoundingIsThereForEveryPlan() {
    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(rows())
        .extracting(row -> row[PLAN] + "/" + row[ROUNDING])
        .containsExactly(
            "W4/nearest",
            "W4/codebook",
            "W4/library",
            "W4/context",
            "W4, first and last layer W8/nearest",
            "W4, first and last layer W8/codebook",
            "W4, first and last layer W8/library",
            "W4, first and last layer W8/context");
  }

  @Test
  void figuresAreSharesOfAllSamplesThatAreNotCalibrated() {
    assertThat(document).contains("300 samples scored, 24 to calibrate on");
    for (String[] row : rows()) {
      for (int column : new int[] {WEIGHTS_ONLY, WEIGHTS_ONLY + 1, INTEGER, INTEGER + 1}) {
        double points = Double.parseDouble(row[column].split(" ")[0]);
        // The figure is a count of 300 samples, shown in hundredths of a point.
        assertThat(points).isBetween(0.0, 100.0);
        assertThat(Math.abs(points * 3 - Math.round(points * 3))).isLessThan(0.016);
      }
    }
  }

  @Test
  void theGapOfTheContextIsTheDifferenceOfTwoRows() {
    for (String plan : List.of("W4", "W4, first and last layer W8")) {
      for (int column : new int[] {WEIGHTS_ONLY, INTEGER}) {
        String[] context = row(plan, "context")[column].split("[ ()]+");
        double library = Double.parseDouble(row(plan, "library")[column]);
        assertThat(Double.parseDouble(context[0]) - library)
            .isCloseTo(
                Double.parseDouble(context[1]), org.assertj.core.api.Assertions.within(0.011));
      }
    }
  }

  @Test
  void wideEndsAndTablesCostBits() {
    double nearest = Double.parseDouble(row("W4", "nearest")[BITS]);
    assertThat(nearest).isBetween(4.0, 5.0);
    assertThat(Double.parseDouble(row("W4, first and last layer W8", "nearest")[BITS]))
        .isGreaterThan(nearest);
    assertThat(Double.parseDouble(row("W4", "codebook")[BITS])).isGreaterThan(nearest);
  }

  @Test
  void theDocumentNamesTheCommandThatMadeIt() {
    assertThat(document)
        .contains("./tune bench rounding --task")
        .contains("--widths 4")
        .contains("library: W8, W4, weights only |")
        .contains("in context: W4, first and last layer W8, 8-bit activations |");
    assertThat(tune.out()).contains("library", "Written: ");
  }

  private static void refused(String expected, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "bench";
    arguments[1] = "rounding";
    System.arraycopy(options, 0, arguments, 2, options.length);
    Tune tune = Tune.run(arguments);
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).startsWith("tune: ").contains(expected).hasLineCount(1);
  }

  @Test
  void wrongInputIsRefusedBeforeAnyWork() throws IOException {
    String task = SmallTask.in(temp).toString();
    refused("nix.yaml", "--task", task, "--task", temp.resolve("nix.yaml").toString());
    refused("'3'", "--widths", "4,3");
    refused("'gptr'", "--methods", "mse,gptr");
    refused("no folder", "--out", task + "/rounding.md");
    refused("is a folder", "--out", temp.toString());
  }

  @Test
  void aBenchmarkThatDoesNotExistIsRefused() {
    Tune unknown = Tune.run("bench", "rouding");
    assertThat(unknown.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(unknown.err()).contains("'rouding'", "evaluator", "rounding", "soak");
  }
}
