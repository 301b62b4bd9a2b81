package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir Path temp;

  private Tune doctor(String task, String... options) throws IOException {
    Path file = Files.writeString(temp.resolve("task.yaml"), task);
    String[] arguments = new String[options.length + 3];
    arguments[0] = "doctor";
    arguments[1] = "--task";
    arguments[2] = file.toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Tune.run(arguments);
  }

  private static String line(Tune tune, String start) {
    return tune.out().lines().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
  }

  @Test
  void layersKernelsDataAndTimeAreSaid() throws IOException {
    Tune tune = doctor(SmallTask.text(), "--max-drop", "2%");

    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(line(tune, "all that can be quantized")).contains("100.0 %");
    assertThat(line(tune, "w8a8 ")).contains("QLinearConv", "100.0 %");
    assertThat(line(tune, "One inference"))
        .containsPattern("w8a8 everywhere takes [0-9]+\\.[0-9]{3} of its time \\(\\+-");
    assertThat(line(tune, "Data:"))
        .contains("100 samples to search on, 200 held out, 24 to calibrate on", "top1");
    assertThat(tune.out())
        .contains("Every operator with weights is a layer.")
        .contains("an hour")
        .contains("Oldest ONNX Runtime");
    assertThat(temp).isDirectoryNotContaining(p -> p.getFileName().toString().equals("out"));
  }

  /** Wilson's bound for 0 of 200 at 95 %: 1.6449^2 / (200 + 1.6449^2) = 1.33 %. */
  @Test
  void theHoldoutsResolutionIsThatOfItsSize() throws IOException {
    Tune tune = doctor(SmallTask.text(), "--max-drop", "1%", "--target", "pixel8");

    assertThat(line(tune, "What ")).contains("200 held-out samples", "95%", "--max-drop 1%");
    assertThat(line(tune, "smallest limit for a plan as good as float")).contains("1.33 %  ");
    assertThat(line(tune, "samples that a plan may lose net")).contains("too few");
    assertThat(line(tune, "samples needed for a plan as good as float")).contains(" 268 ");
    assertThat(tune.out())
        .contains("Nothing can be certified within that limit")
        .doesNotContain("One inference")
        .contains("modelled");
  }

  @Test
  void unusableInputIsRefusedInOneLine() throws IOException {
    Tune tune = doctor(SmallTask.text().replace("model.onnx", "nix.onnx"));

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).startsWith("tune: ").contains("nix.onnx").hasLineCount(1);
    assertThat(Tune.run("doctor", "--max-drop", "0").exitCode()).isEqualTo(ExitCodes.USER);
  }
}
