package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that people validate with, and the reader that decides, say the same. */
class ProfileSchemaTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GRIDDED =
      ProfileReaderTest.TIMED
          .replace("\"schemaVersion\": 1", "\"schemaVersion\": 2")
          .replace(
              "\"perOutput\": 2}",
              "\"perOutput\": 2}, \"grid\": {\"reachOctaves\": 2, \"spread\": 0.2, \"noise\": 0.05,"
                  + " \"samples\": [{\"macs\": 1000, \"inputs\": 10, \"outputs\": 100,"
                  + " \"weights\": 100, \"nanos\": 5000}]}")
          .replace(
              "\"kernels\": [",
              "\"run\": {\"micros\": 2, \"fetches\": [{\"beyondBytes\": 1048576,"
                  + " \"nanosPerByte\": 0.1}], \"basis\": \"measured\", \"source\": \"timed\"},"
                  + " \"kernels\": [");

  private final JsonSchema schema = schema();

  private static JsonSchema schema() {
    try {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(Files.readString(Path.of("schema", "profile.schema.json")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("profiles"))) {
      return List.copyOf(files.sorted().toList()).stream();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shippedProfilesFollowTheSchema(Path file) throws IOException {
    assertThat(complaints(Files.readString(file))).isEmpty();
    assertThat(ProfileReader.read(file).kernels()).isNotEmpty();
  }

  @Test
  void bothFormsOfAProfileAreGood() throws IOException {
    assertThat(complaints(ProfileReaderTest.TIMED)).isEmpty();
    assertThat(complaints(GRIDDED)).isEmpty();
    Profile profile = ProfileReader.read("board.json", GRIDDED);
    assertThat(profile.kernels().get(0).cost()).isInstanceOf(Cost.Gridded.class);
    assertThat(profile.run()).isNotNull();
  }

  /** Each edit breaks one rule; both must refuse it, and the reader must name the path. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"schemaVersion\": 2|\"schemaVersion\": 3|schemaVersion",
        "\"schemaVersion\": 2|\"schemaVersion\": 1|kernels[0].cost.grid",
        "\"threads\": 1|\"threads\": \"one\"|threads",
        "\"threads\": 1,||threads",
        "\"name\": \"board\"|\"name\": \" \"|name",
        "\"core\": \"a core\"|\"core\": \"a core\", \"colour\": \"red\"|device.colour",
        "\"op\": \"quantize\"|\"op\": \"quantise\"|kernels[3].op",
        "\"weightBits\": [8, 8]|\"weightBits\": [8]|kernels[1].weightBits",
        "\"weightBits\": [8, 8]|\"weightBits\": [8, 64]|kernels[1]",
        "\"fixedMicros\": 3|\"fixedMicros\": 0|kernels[0].cost",
        "\"perMac\": 0.25|\"perMac\": -1|kernels[1].cost.nanos",
        "\"perMac\": 0.25|\"perMacs\": 0.25|kernels[1].cost.nanos.perMacs",
        "\"basis\": \"modelled\"|\"basis\": \"guessed\"|kernels[1].basis",
        "\"basis\": \"modelled\"|\"basis\": \"no-kernel\"|kernels[1]",
        "\"macs\": 1000|\"macs\": 1.5|kernels[0].cost.grid.samples[0].macs",
        "\"weights\": 100,||kernels[0].cost.grid.samples[0].weights",
        "\"nanos\": 5000|\"nanos\": 0|kernels[0].cost.grid.samples[0]",
        "\"noise\": 0.05|\"noise\": 0|kernels[0].cost.grid",
        "\"micros\": 2|\"micros\": -2|run",
        "\"beyondBytes\": 1048576|\"beyondBytes\": -1|run.fetches[0]",
      })
  void bothRefuseTheSame(String good, String bad, String path) throws IOException {
    String broken = GRIDDED.replace(good, bad == null ? "" : bad);
    assertThat(broken).isNotEqualTo(GRIDDED);
    assertThat(complaints(broken)).isNotEmpty();
    assertThatThrownBy(() -> ProfileReader.read("board.json", broken))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("profile 'board.json': " + path);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Profile profile = ProfileReader.read("board.json", GRIDDED);
    String written = ProfileWriter.write(profile);
    assertThat(complaints(written)).isEmpty();
    assertThat(ProfileReader.read("board.json", written)).isEqualTo(profile);
  }

  private List<String> complaints(String json) throws IOException {
    JsonNode tree = JSON.readTree(json);
    return schema.validate(tree).stream().map(Object::toString).toList();
  }
}
