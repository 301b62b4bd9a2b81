package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileReaderTest {
  static final String TIMED =
      """
      {
        "schemaVersion": 1,
        "name": "board",
        "description": "a board",
        "provenance": "runs on the board",
        "runtime": "a runtime",
        "threads": 1,
        "batch": 1,
        "statedError": {"value": 0.05, "source": "held-out plans"},
        "device": {"core": "a core"},
        "kernels": [
          {"op": "conv", "arithmetics": ["float"], "weightBits": [16, 32], "basis": "measured",
           "cost": {"nanos": {"perMac": 0.5, "perOutput": 2}, "fixedMicros": 3},
           "source": "timed"},
          {"op": "conv", "arithmetics": ["integer-static"], "weightBits": [8, 8],
           "basis": "modelled", "cost": {"nanos": {"perMac": 0.25}, "fixedMicros": 1},
           "source": "half of float"},
          {"op": "conv", "arithmetics": ["integer-static"], "weightBits": [2, 4],
           "basis": "no-kernel", "source": "the runtime has none"},
          {"op": "quantize", "weightBits": [0, 0], "basis": "scaled",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"nanos": {"perInput": 1}, "fixedMicros": 1}, "source": "timed elsewhere"},
          {"op": "dequantize", "weightBits": [0, 0], "basis": "scaled",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"nanos": {"perInput": 1}, "fixedMicros": 1}, "source": "timed elsewhere"}
        ]
      }
      """;

  @Test
  void readsAProfileThatWasTimed() {
    Profile profile = ProfileReader.read("board.json", TIMED);
    assertThat(profile.name()).isEqualTo("board");
    assertThat(profile.statedError()).isEqualTo(0.05);
    assertThat(profile.pipeline()).isNull();
    assertThat(profile.sparsity()).isNull();
    assertThat(profile.kernels()).hasSize(5);
    assertThat(profile.kernels().get(0).cost())
        .isEqualTo(new Cost.Timed(new Terms(0.5, 0, 0, 2, 0), 3));
    assertThat(profile.kernels().get(2).basis()).isEqualTo(Basis.NO_KERNEL);
    assertThat(profile.entryShare(Basis.SCALED)).isEqualTo(0.4);
  }

  @Test
  void prunedWeightsPayOnlyWhereTheProfileSaysSo() {
    Profile profile = ProfileReader.read("board.json", withSparsity("0.75"));

    assertThat(profile.sparsity()).isEqualTo(new Sparsity(0.75, Basis.MEASURED, "timed"));
    assertThat(new ProfileTarget(profile).sparsity()).contains(profile.sparsity());
    assertThat(new ProfileTarget(ProfileReader.read("board.json", TIMED)).sparsity()).isEmpty();
  }

  private static String withSparsity(String share) {
    return TIMED.replace(
        "\"kernels\": [",
        "\"sparsity\": {\"share\": "
            + share
            + ", \"basis\": \"measured\", \"source\": \"timed\"}, \"kernels\": [");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.25", "1", "-0.5"})
  void aShareThatCannotPayIsRefused(String share) {
    assertThatThrownBy(() -> ProfileReader.read("board.json", withSparsity(share)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("sparsity: share is " + Double.parseDouble(share));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"threads\": 1 | \"thread\": 1 | threads is missing",
        "\"batch\": 1, | \"batch\": 1, \"bacth\": 2, | bacth is not a known key; maybe 'batch'",
        "\"perMac\": 0.5 | \"perMacs\": 0.5 | kernels[0].cost.nanos.perMacs is not a known key",
        "\"basis\": \"measured\" | \"basis\": \"guessed\" | kernels[0].basis is \"guessed\"",
        "[\"float\"], | [\"half\"], | kernels[0].arithmetics[0] is \"half\", not one of float",
        "[16, 32] | [16] | kernels[0].weightBits is [16], not two whole numbers",
        "[16, 32] | [32, 16] | kernels[0]: weightBits are 32 to 16",
        "\"perMac\": 0.5 | \"perMac\": -1 | kernels[0].cost.nanos: perMac is -1.0",
        "\"fixedMicros\": 3 | \"fixedMicros\": 0 | kernels[0].cost: fixedMicros is 0.0",
        "\"source\": \"timed\" | \"source\": \"\" | kernels[0].source is \"\", not a text",
        "\"threads\": 1 | \"threads\": \"1\" | threads is \"1\", not a whole number",
        "\"schemaVersion\": 1 | \"schemaVersion\": 3 | schemaVersion is 3",
        "[2, 4] | [2, 8] | kernels[2] covers kernels that kernels[1] covers already",
        "\"op\": \"quantize\" | \"op\": \"add\" | there is no cost for quantize next to float",
        "[16, 32] | [16, 16] | no float entry at 32 bits to fall back to",
        "\"value\": 0.05 | \"value\": 5 | statedError is 5.0",
        "\"batch\": 1, | \"batch\": 1 | is no JSON",
        "\"batch\": 1, | \"batch\": 1, \"batch\": 2, | Duplicate field 'batch'",
      })
  void namesThePathOfWhatIsWrong(String right, String wrong, String complaint) {
    assertThat(TIMED).contains(right);
    String json = TIMED.replaceFirst(Pattern.quote(right), wrong);
    assertThatThrownBy(() -> ProfileReader.read("board.json", json))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("board.json")
        .hasMessageContaining(complaint);
  }

  @Test
  void refusesCountedCostsWithoutAPipeline() {
    String json =
        TIMED.replace(
            "{\"nanos\": {\"perMac\": 0.25}, \"fixedMicros\": 1}",
            "{\"instructions\": {\"perMac\": 1}, \"bytes\": {}, \"efficiency\": 1,"
                + " \"fixedMicros\": 1}");
    assertThatThrownBy(() -> ProfileReader.read("board.json", json))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "kernels[1].cost counts instructions, but device.pipeline is missing");
  }

  @Test
  void namesAMissingFile(@TempDir Path folder) {
    assertThatThrownBy(() -> ProfileReader.read(folder.resolve("none.json")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("none.json' does not exist");
  }

  @Test
  void refusesWhatIsNoObject() {
    for (String json : new String[] {"", "[]", "7", "{} {}"}) {
      assertThatThrownBy(() -> ProfileReader.read("odd.json", json))
          .as("json '%s'", json)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("odd.json");
    }
  }
}
