package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ProfileRulesTest {
  static final List<String> NAMES = Targets.SHIPPED;

  /** A device of one entry per kernel, slow enough for every rule. */
  private static final String SOUND =
      """
      {
        "schemaVersion": 2, "name": "board", "description": "a board", "provenance": "runs",
        "runtime": "a runtime", "threads": 1, "batch": 1, "statedError": {"source": "unknown"},
        "device": {"core": "a core", "limits": {
          "floatMacsPerSecond": {"value": 1e11, "status": "assumed", "source": "a bound"},
          "integerMacsPerSecond": {"value": 4e11, "status": "assumed", "source": "a bound"},
          "bytesPerSecond": {"value": 1e11, "status": "assumed", "source": "a bound"}}},
        "kernels": [
          {"op": "conv", "arithmetics": ["float"], "weightBits": [32, 32], "basis": "measured",
           "cost": {"nanos": {"perMac": 0.01}, "fixedMicros": 1}, "source": "timed"},
          {"op": "conv", "arithmetics": ["float"], "weightBits": [16, 16], "basis": "modelled",
           "cost": {"nanos": {"perMac": 0.011}, "fixedMicros": 1}, "source": "half"},
          {"op": "conv", "arithmetics": ["integer-static"], "weightBits": [8, 8],
           "basis": "measured", "cost": {"nanos": {"perMac": 0.004}, "fixedMicros": 1},
           "source": "eight"},
          {"op": "conv", "arithmetics": ["integer-static"], "weightBits": [2, 4],
           "basis": "measured", "cost": {"nanos": {"perMac": 0.005}, "fixedMicros": 1},
           "source": "four"},
          {"op": "conv", "arithmetics": ["integer-static"], "weightBits": [16, 16],
           "basis": "measured", "cost": {"nanos": {"perMac": 0.02}, "fixedMicros": 1},
           "source": "sixteen"},
          {"op": "matmul", "arithmetics": ["float"], "weightBits": [16, 32], "basis": "measured",
           "cost": {"nanos": {"perMac": 0.012}, "fixedMicros": 1}, "source": "timed"},
          {"op": "matmul", "arithmetics": ["blockwise"], "weightBits": [2, 8],
           "basis": "measured",
           "cost": {"nanos": {"perMac": 0.006, "perWeight": 0.02}, "fixedMicros": 1},
           "source": "blocks"},
          {"op": "quantize", "weightBits": [0, 0], "basis": "measured",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"nanos": {"perInput": 0.1}, "fixedMicros": 1}, "source": "edge"},
          {"op": "dequantize", "weightBits": [0, 0], "basis": "measured",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"nanos": {"perInput": 0.1}, "fixedMicros": 1}, "source": "edge"}
        ]
      }
      """;

  @ParameterizedTest
  @FieldSource("NAMES")
  void shippedProfilesKeepTheRules(String name) {
    Profile profile = ((ProfileTarget) new Targets(TargetsTest.HOST).find(name)).profile();
    assertThat(ProfileRules.violations(profile)).isEmpty();
  }

  @Test
  void aSoundProfileBreaksNone() {
    assertThat(ProfileRules.violations(ProfileReader.read("board.json", SOUND))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4-bit convolutions faster than 8-bit ones
        "\"perMac\": 0.005|\"perMac\": 0.0035|conv integer-static at 4 bits|is faster than conv"
            + " integer-static at 8 bits",
        // 16-bit integers faster than float
        "\"perMac\": 0.02}|\"perMac\": 0.008}|conv integer-static at 16 bits|is faster than conv"
            + " float at 32 bits",
        // half precision faster than float, though nobody measured it
        "\"perMac\": 0.011|\"perMac\": 0.009|conv float at 16 bits|is faster than conv float",
        // 1e11 float products per second, 2.25 times as many by Winograd: 0.0044 ns
        "\"perMac\": 0.01}|\"perMac\": 0.0001}|conv float at 32 bits|than the device can multiply",
        "\"perMac\": 0.012|\"perMac\": 0.009|matmul float at 32 bits|than the device can multiply",
        // 4e11 integer products per second: 0.0025 ns
        "\"perMac\": 0.006|\"perMac\": 0.002|matmul blockwise|than the device can multiply",
      })
  void namesTheKernelThatBreaksARule(String good, String bad, String kernel, String rule) {
    String broken = SOUND.replace(good, bad);
    assertThat(broken).isNotEqualTo(SOUND);
    assertThat(ProfileRules.violations(ProfileReader.read("board.json", broken)))
        .anySatisfy(violation -> assertThat(violation).contains(kernel).contains(rule));
  }

  @Test
  void lowBitProductsWaitForTheirBytes() {
    // 1 row: 2048 x 2048 weights of 8 bits take 42 us at 1e11 bytes per second.
    String broken =
        SOUND
            .replace("\"perMac\": 0.006, \"perWeight\": 0.02", "\"perMac\": 0.0026")
            .replace(
                "\"value\": 1e11, \"status\": \"assumed\", \"source\": \"a bound\"}}}",
                "\"value\": 1e10, \"status\": \"assumed\", \"source\": \"a bound\"}}}");
    assertThat(ProfileRules.violations(ProfileReader.read("board.json", broken)))
        .anySatisfy(
            violation ->
                assertThat(violation)
                    .startsWith("matmul blockwise at 8 bits")
                    .contains("faster than its weights arrive"));
  }

  @Test
  void aMeasuredHalfMayBeFaster() {
    String measured =
        SOUND
            .replace("[16, 16], \"basis\": \"modelled\"", "[16, 16], \"basis\": \"measured\"")
            .replace("\"perMac\": 0.011", "\"perMac\": 0.009");
    assertThat(ProfileRules.violations(ProfileReader.read("board.json", measured))).isEmpty();
  }
}
