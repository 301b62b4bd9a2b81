package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong input: one clear line that names the thing, exit code 2, nothing left behind. */
class WrongInputTest {
  @TempDir Path temp;
  private Path example;

  @BeforeEach
  void findTheExample() {
    example = Tune.ROOT.resolve("examples/fashion-mnist");
  }

  private String task() throws IOException {
    return Files.readString(example.resolve("task.yaml"))
        .replace("model.onnx", example.resolve("model.onnx").toString())
        .replace("test_images.npy.gz", example.resolve("test_images.npy.gz").toString())
        .replace("test_labels.npy", example.resolve("test_labels.npy").toString())
        .replace("calibration_images.npy.gz", example.resolve("calibration_images.npy.gz") + "");
  }

  private void refused(String task, String... expected) throws IOException {
    Path file = Files.writeString(temp.resolve("task.yaml"), task);
    Path out = temp.resolve("out");
    refused(
        Tune.run("--task", file.toString(), "--max-drop", "1%", "--out", out.toString()), expected);
    assertThat(out).doesNotExist();
  }

  private static void refused(Tune tune, String... expected) {
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err().strip().lines()).hasSize(1);
    assertThat(tune.err()).startsWith("tune: ").contains(expected).doesNotContain("Exception");
  }

  @Test
  void missingModel() throws IOException {
    refused(task().replace("model.onnx", "nix.onnx"), "nix.onnx");
  }

  @Test
  void truncatedModel() throws IOException {
    byte[] whole = Files.readAllBytes(example.resolve("model.onnx"));
    Files.write(temp.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
    refused(
        task().replace(example.resolve("model.onnx").toString(), "cut.onnx"),
        "cut.onnx",
        "truncated");
  }

  @Test
  void wrongInputName() throws IOException {
    refused(task().replace("name: input", "name: imput"), "'imput'", "'input'");
  }

  @Test
  void unknownKey() throws IOException {
    refused(task() + "\nmetrik: top1\n", "'metrik'", "'metric'");
  }

  @Test
  void labelsOfAnotherLength() throws IOException {
    Files.write(temp.resolve("labels.npy"), labels(9_000, -1));
    refused(
        task().replace(example.resolve("test_labels.npy").toString(), "labels.npy"),
        "9000",
        "10000");
  }

  @Test
  void labelOutOfRange() throws IOException {
    Files.write(temp.resolve("labels.npy"), labels(10_000, 123));
    refused(
        task().replace(example.resolve("test_labels.npy").toString(), "labels.npy"),
        "position 123",
        "10");
  }

  /** A hand-made .npy file of zeros; {@code bad} is the position of a label 10. */
  private static byte[] labels(int count, int bad) {
    String header = "{'descr': '<i8', 'fortran_order': False, 'shape': (" + count + ",), }";
    String padded = header + " ".repeat(117 - header.length()) + "\n";
    ByteBuffer bytes = ByteBuffer.allocate(128 + count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) 118).put(padded.getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < count; i++) {
      bytes.putLong(i == bad ? 10 : 0);
    }
    return bytes.array();
  }

  @ParameterizedTest
  @CsvSource({
    "--max-drop, 0",
    "--max-drop, -1%",
    "--max-drop, abc",
    "--max-drop, 200%",
    "--budget, soon",
    "--max-size, big",
    "--bits, 3",
    "--objectives, speed",
    "--prefer, both",
    "--confidence, 50%",
    "--workers, 0",
    "--max-evaluations, 0",
    "--progress, loud"
  })
  void wrongValue(String option, String value) {
    refused(
        option.equals("--max-drop")
            ? Tune.run("--max-drop=" + value)
            : Tune.run("--max-drop", "1%", option + "=" + value),
        option,
        "'" + value + "'");
  }

  @Test
  void unknownTarget() {
    refused(Tune.run("--max-drop", "1%", "--target", "pixel9"), "'pixel9'", "pixel8");
  }

  @Test
  void unwritableFolder() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "not a folder");
    refused(Tune.run("--max-drop", "1%", "--out", file.toString()), "file");
  }

  @Test
  void noLimit() {
    refused(Tune.run("--target", "host"), "--max-drop");
  }

  @Test
  void analysisOfAModelWithoutData() {
    refused(Tune.run("analyze", "--model", "nix.onnx"), "--model and --data");
  }

  @Test
  void ruleThatMatchesNoLayer() {
    refused(
        Tune.run("--max-drop", "1%", "--keep", "nix=8", "--out", temp.resolve("out").toString()),
        "--keep 'nix=8'",
        "stem.conv");
  }

  @Test
  void unknownOption() {
    refused(Tune.run("--tusk", "x"), "--tusk");
  }

  @Test
  void warmStartWithoutStudy() {
    Path out = temp.resolve("out");
    refused(
        Tune.run("--max-drop", "1%", "--warm-start", temp.toString(), "--out", out.toString()),
        temp.toString(),
        "holds no study");
    assertThat(out).doesNotExist();
  }

  @Test
  void folderWithoutStudy() {
    refused(Tune.run("resume", temp.toString()), temp.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"run", "resume", "analyze", "doctor", "report", "export", "finetune", "bench"})
  void eachCommandTellsItsOptions(String command) {
    Tune tune = Tune.run(command, "--help");

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out()).startsWith("Usage: tune " + command);
    assertThat(tune.err()).isEmpty();
  }

  @Test
  void anUnknownOptionOfACommandSendsToItsHelp() {
    refused(Tune.run("doctor", "--tsak", "x.yaml"), "--tsak", "See ./tune doctor --help.");
  }
}
