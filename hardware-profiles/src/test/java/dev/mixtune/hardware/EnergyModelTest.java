package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnergyModelTest {
  /** 1 GHz and a cache of 1,000 bytes; every number of the sum is written here once. */
  static final String BOARD =
      """
      {
        "schemaVersion": 2, "name": "board", "description": "a board", "provenance": "counts",
        "runtime": "a runtime", "threads": 1, "batch": 1, "statedError": {"source": "unknown"},
        "device": {"core": "a core", "pipeline": {
            "clockHz": {"value": 1e9, "status": "assumed", "source": "a test"},
            "instructionsPerCycle": {"value": 4, "status": "assumed", "source": "a test"},
            "multipliesPerCycle": {"value": 2, "status": "assumed", "source": "a test"},
            "loadsPerCycle": {"value": 2, "status": "assumed", "source": "a test"},
            "memoryBytesPerSecond": {"value": 1e9, "status": "assumed", "source": "a test"},
            "cacheBytes": {"value": 1000, "status": "assumed", "source": "a test"},
            "cacheBytesPerSecond": {"value": 8e9, "status": "assumed", "source": "a test"}},
          "power": {
            "floatMacPicojoules": {"value": 5, "status": "modelled", "source": "a test"},
            "integerMacPicojoules": {"value": 0.5, "status": "modelled", "source": "a test"},
            "instructionPicojoules": {"value": 70, "status": "modelled", "source": "a test"},
            "memoryBytePicojoules": {"value": 100, "status": "modelled", "source": "a test"},
            "cacheBytePicojoules": {"value": 10, "status": "modelled", "source": "a test"}}},
        "kernels": [
          {"op": "matmul", "arithmetics": ["float"], "weightBits": [16, 32], "basis": "modelled",
           "cost": {"instructions": {"perMac": 0.5}, "bytes": {"perInput": 4, "perOutput": 4,
             "perWeight": 4}, "efficiency": 1, "fixedMicros": 2}, "source": "counted"},
          {"op": "matmul", "arithmetics": ["integer-static"], "weightBits": [2, 8],
           "basis": "modelled",
           "cost": {"instructions": {"perMac": 0.1}, "bytes": {"perInput": 1, "perOutput": 1,
             "perWeight": 1}, "efficiency": 1, "fixedMicros": 2}, "source": "counted"},
          {"op": "matmul", "arithmetics": ["blockwise"], "weightBits": [2, 8],
           "basis": "no-kernel", "source": "none"},
          {"op": "quantize", "weightBits": [0, 0], "basis": "modelled",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"instructions": {"perInput": 1}, "bytes": {"perInput": 4, "perOutput": 1},
             "efficiency": 1, "fixedMicros": 2}, "source": "counted"},
          {"op": "dequantize", "weightBits": [0, 0], "basis": "modelled",
           "arithmetics": ["float", "integer-static", "integer-dynamic", "blockwise"],
           "cost": {"instructions": {"perInput": 1}, "bytes": {"perInput": 1, "perOutput": 4},
             "efficiency": 1, "fixedMicros": 2}, "source": "counted"}
        ]
      }
      """;

  private final Profile profile = ProfileReader.read("board.json", BOARD);
  private final EnergyModel energy = new EnergyModel(profile);

  /** 10 rows, 20 inputs, 30 outputs: 6,000 products, 600 weights, 200 and 300 activations. */
  private static KernelUse product(Arithmetic arithmetic, int bits) {
    return Networks.matmul(arithmetic, bits, 10, 20, 30);
  }

  /** Of the float product 2,000 bytes of activations do not fit the cache, of the other 500 do. */
  @Test
  void sumsInstructionsProductsAndBytes() {
    double inFloat = 70 * (0.5 * 6000 + 2000) + 5 * 6000 + 100 * 4 * 600 + 100 * 4 * 500;
    double inIntegers = 70 * (0.1 * 6000 + 2000) + 0.5 * 6000 + 100 * 600 + 10 * 500;
    KernelUse wide = product(Arithmetic.FLOAT, 32);
    KernelUse narrow = product(Arithmetic.INTEGER_STATIC, 8);

    assertThat(energy.picojoules(wide)).isCloseTo(inFloat, within(1e-6));
    assertThat(energy.picojoules(narrow)).isCloseTo(inIntegers, within(1e-6));
    Energy plan = energy.energy(List.of(narrow, narrow), List.of(wide));
    assertThat(plan.millijoules()).isCloseTo(2e-9 * inIntegers, within(1e-18));
    assertThat(plan.ratio()).isCloseTo(2 * inIntegers / inFloat, within(1e-12));
  }

  @Test
  void aKernelThatTheDeviceHasNotTakesWhatFloatTakes() {
    assertThat(energy.picojoules(product(Arithmetic.BLOCKWISE, 4)))
        .isEqualTo(energy.picojoules(product(Arithmetic.FLOAT, 32)));
  }

  @Test
  void aChangeOfPrecisionIsNotFree() {
    KernelUse edge = Networks.plain(Op.QUANTIZE, Arithmetic.FLOAT, 1, 1);
    assertThat(energy.picojoules(edge)).isCloseTo(70 * (1 + 2000) + 10 * 5, within(1e-6));
  }

  @Test
  void aProfileThatSaysNothingIsRefusedByName() {
    Profile silent = ProfileReader.read("board.json", ProfileReaderTest.TIMED);
    assertThatThrownBy(() -> new EnergyModel(silent))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("profile 'board' says nothing about energy")
        .hasMessageContaining("pixel8");
  }

  @Test
  void powerIsWrittenAndReadAgain() {
    assertThat(ProfileReader.read("board.json", ProfileWriter.write(profile))).isEqualTo(profile);
  }

  @Test
  void timedCostsHaveNothingThatPowerCouldPrice() {
    String timed =
        BOARD.replaceAll(
            "\\{.instructions.: \\{.perInput.: 1}, .bytes.: \\{.perInput.: 1,"
                + " [^}]*},\\s+.efficiency.: 1,",
            "{\"nanos\": {\"perInput\": 1},");
    assertThat(timed).isNotEqualTo(BOARD);
    assertThatThrownBy(() -> ProfileReader.read("board.json", timed))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("kernels[4].cost is timed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"value\": 0.5, | \"value\": 6, | 8-bit multiply-accumulate costs more",
        "\"value\": 10, | \"value\": 101, | from the cache costs more",
      })
  void whatNoDeviceDoesBreaksARule(String good, String bad, String rule) {
    Profile broken = ProfileReader.read("board.json", BOARD.replace(good, bad));
    assertThat(ProfileRules.violations(profile)).noneMatch(words -> words.contains("energy"));
    assertThat(ProfileRules.violations(broken)).anyMatch(words -> words.contains(rule));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1"})
  void energyIsNeverNothingOrLess(String value) {
    String broken =
        BOARD.replace(
            "\"instructionPicojoules\": {\"value\": 70",
            "\"instructionPicojoules\": {\"value\": " + value);
    assertThatThrownBy(() -> ProfileReader.read("board.json", broken))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("device.power.instructionPicojoules");
  }

  /** On every shipped profile that models energy, and at shapes of all sizes. */
  @ParameterizedTest
  @ValueSource(strings = {"pixel8", "pixel8-a715", "pixel8-a510", "raspberrypi5", "generic-arm64"})
  void fewerBitsNeverMoveForMoreEnergy(String name) {
    Profile shipped = ((ProfileTarget) new Targets(TargetsTest.HOST).find(name)).profile();
    EnergyModel model = new EnergyModel(shipped);
    for (int rows : new int[] {1, 16, 128}) {
      for (int width : new int[] {64, 512, 2048}) {
        KernelUse inFloat = Networks.matmul(Arithmetic.FLOAT, 32, rows, width, width);
        double wider = model.bytePicojoules(inFloat);
        for (int bits : new int[] {8, 4, 2}) {
          KernelUse narrow = Networks.matmul(Arithmetic.BLOCKWISE, bits, rows, width, width);
          assertThat(model.bytePicojoules(narrow)).isPositive().isLessThanOrEqualTo(wider);
          wider = model.bytePicojoules(narrow);
        }
        KernelUse integer = Networks.matmul(Arithmetic.INTEGER_STATIC, 8, rows, width, width);
        assertThat(model.picojoules(integer)).isPositive().isLessThan(model.picojoules(inFloat));
      }
    }
    assertThat(shipped.power()).isNotNull();
    assertThat(shipped.power().memoryByte().source()).contains("10.1109/ISSCC.2014.6757323");
  }
}
