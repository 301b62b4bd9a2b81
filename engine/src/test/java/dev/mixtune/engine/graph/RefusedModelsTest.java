package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every refusal is one line that names the thing. */
class RefusedModelsTest {
  @TempDir private Path folder;

  private static Network read(Path file) {
    return new NetworkReader(TestKit.runtime()).read(file, Map.of());
  }

  private static void assertRefused(Path file, String... parts) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n")
        .doesNotContain("com.google.protobuf")
        .endsWith(".");
  }

  private static TestGraphs graph() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("y", "x", 4, 3);
    return graph.outputs("y");
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("broken.onnx"), bytes);
  }

  @Test
  void axisThatTheModelDoesNotHave() throws IOException {
    Path file = graph().write(folder);

    assertThatThrownBy(
            () -> new NetworkReader(TestKit.runtime()).read(file, Map.of("sequence", 16L)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("latency.axes names 'sequence'");
  }

  @Test
  void missingFile() {
    assertRefused(folder.resolve("nowhere.onnx"), "does not exist");
  }

  @Test
  void folderInsteadOfFile() {
    assertRefused(folder, "is a folder");
  }

  @Test
  void emptyFile() throws IOException {
    assertRefused(file(new byte[0]), "it is empty");
  }

  @Test
  void otherFiles() throws IOException {
    assertRefused(file("name: my-task\nmodel: model.onnx\n".getBytes("UTF-8")), "cannot be read");
    assertRefused(file(new byte[] {0x50, 0x4b, 3, 4, 20, 0, 0, 0}), "cannot be read");
    assertRefused(file(new byte[100]), "cannot be read");
  }

  @Test
  void aFileLargerThanAnyMessage() throws IOException {
    Path file = folder.resolve("large.onnx");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(5L << 30);
    }
    assertRefused(file, "too large", "5368709120");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = graph().model().toByteArray();
    for (int length = 0; length < whole.length; length += 7) {
      byte[] part = Arrays.copyOf(whole, length);
      Path file = file(part);
      Throwable refusal = catchThrowable(() -> read(file));
      assertThat(refusal).as("%d bytes", length).isInstanceOf(UserException.class);
    }
  }

  @Test
  void randomBytesAreRefused() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[1 + random.nextInt(400)];
      random.nextBytes(bytes);
      Path file = file(bytes);
      assertThat(catchThrowable(() -> read(file))).isInstanceOf(UserException.class);
    }
  }

  /** A damaged model is read or refused, and never anything else. */
  @Test
  void flippedBytesAreReadOrRefused() throws IOException {
    byte[] whole = graph().model().toByteArray();
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Path file = file(damaged);
      Throwable refusal = catchThrowable(() -> read(file));
      if (refusal != null) {
        assertThat(refusal).as("damage %d", i).isInstanceOf(UserException.class);
      }
    }
  }

  @Test
  void alreadyQuantized() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 4);
    graph.node(
        "QuantizeLinear",
        "q",
        List.of(
            "x",
            graph.scalar("s", 0.1f),
            graph.constant(Constants.ofBytes("z", Constants.UINT8, List.of(), new byte[] {3}))));
    graph.node("DequantizeLinear", "", "y", List.of("q", "s", "z"));
    assertRefused(graph.outputs("y").write(folder), "already quantized", "'q'", "QuantizeLinear");
  }

  @Test
  void noQuantizableLayer() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 4);
    graph.relu("y", "x");
    assertRefused(graph.outputs("y").write(folder), "no quantizable layer");
  }

  @Test
  void weightsOfTwoInputsAreNoLayer() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 4);
    graph.input("w", 4, 4);
    graph.node("MatMul", "y", List.of("x", "w"));
    assertRefused(graph.outputs("y").write(folder), "no quantizable layer");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightsAndBiasesThatAreNotFinite(float bad) {
    for (boolean bias : new boolean[] {true, false}) {
      TestGraphs graph = TestGraphs.opset(13);
      graph.input("x", 2, 4);
      float[] weights = graph.normal(1, 4, 4);
      float[] biases = graph.normal(1, 4);
      (bias ? biases : weights)[2] = bad;
      graph.constant(Constants.ofFloats("w", List.of(4L, 4L), weights));
      graph.floats("b", biases);
      graph.node("Gemm", "first", List.of("x", "w", "b"));
      Path file = graph.outputs("first").write(folder);
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(bias ? "bias of layer 'first'" : "weights of layer 'first'")
          .hasMessageContaining("element 2");
    }
  }

  @Test
  void whatTheRuntimeRefuses() {
    TestGraphs graph = graph();
    graph.node("NoSuchOperator", "z", List.of("y"));
    assertRefused(graph.write(folder, "a.onnx"), "ONNX Runtime refuses it", "NoSuchOperator");
    TestGraphs shapes = TestGraphs.opset(13);
    shapes.input("x", 2, 5);
    shapes.weight("w", 1, 4, 4);
    shapes.node("MatMul", "y", List.of("x", "w"));
    assertRefused(shapes.outputs("y").write(folder, "b.onnx"), "ONNX Runtime refuses it");
    assertRefused(TestGraphs.opset(99).outputs("y").write(folder, "c.onnx"), "cannot be read");
  }

  @Test
  void oldOpsets() {
    TestGraphs graph = TestGraphs.opset(6);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("y", "x", 4, 3);
    assertRefused(graph.outputs("y").write(folder), "opset 6", "7");
  }

  private Path withExternalWeight(String location, String offset, String length)
      throws IOException {
    ModelProto.Builder model = graph().model().toBuilder();
    TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
    byte[] bytes = weight.getRawData().toByteArray();
    byte[] padded = new byte[bytes.length + 64];
    System.arraycopy(bytes, 0, padded, 64, bytes.length);
    Files.write(folder.resolve("weights.bin"), padded);
    weight.clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    Map<String, String> entries = Map.of("location", location, "offset", offset, "length", length);
    entries.forEach(
        (key, value) ->
            weight.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return Files.write(folder.resolve("external.onnx"), model.build().toByteArray());
  }

  @Test
  void externalDataIsPartOfTheModel() throws IOException {
    Network whole = read(graph().write(folder));
    Path file = withExternalWeight("weights.bin", "64", "432");
    Network external = read(file);

    assertThat(external.layers()).isEqualTo(whole.layers());
    assertThat(external.graph().constant("y.w")).isEqualTo(whole.graph().constant("y.w"));
    assertThat(external.fileBytes()).isEqualTo(Files.size(file) + 496);
    assertThat(external.sha256()).hasSize(64).isNotEqualTo(whole.sha256());
    Files.write(folder.resolve("weights.bin"), new byte[496]);
    assertThat(read(file).sha256()).isNotEqualTo(external.sha256());
  }

  @Test
  void externalDataThatIsNotThere() throws IOException {
    assertRefused(withExternalWeight("nowhere.bin", "0", "432"), "'y.w'", "'nowhere.bin'");
    assertRefused(withExternalWeight("weights.bin", "64", "433"), "'y.w'", "bytes 64 to 497");
    assertRefused(withExternalWeight("weights.bin", "-1", "432"), "'y.w'");
    assertRefused(withExternalWeight("weights.bin", "many", "432"), "'y.w'", "'many'");
    assertRefused(withExternalWeight("../weights.bin", "0", "432"), "not beside the model");
    assertRefused(withExternalWeight("/etc/hostname", "0", "1"), "not beside the model");
    assertRefused(withExternalWeight("", "0", "1"), "not beside the model");
  }
}
