package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Scheme;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Against what the runtimes did: for each one, which files it opened and ran with the answers of
 * the newest. Files by opset (blanks between) and scheme, in the order of SCHEMES.
 */
class OldestRuntimeTest {
  private static final long[] OPSETS = {11, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23};

  private static final List<Scheme> SCHEMES =
      List.of(
          Scheme.F32,
          Scheme.W8A8,
          Scheme.W2A8,
          Scheme.W8A8_DYNAMIC,
          Scheme.W8_BLOCK,
          Scheme.W4_BLOCK,
          Scheme.W2_BLOCK);

  private static Map<String, String> tried() {
    Map<String, String> ran = new LinkedHashMap<>();
    ran.put(
        "1.16",
        "+--+--- +--+--- ++++--- ++++--- ++++--- ++++--- ++++--- ------- ------- ------- -------");
    ran.put(
        "1.17",
        "++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ------- ------- -------");
    ran.put(
        "1.18",
        "++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- +--+-+- ------- -------");
    ran.put(
        "1.19",
        "++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- +--+-+- ------- -------");
    ran.put(
        "1.20",
        "++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ------- -------");
    ran.put(
        "1.21",
        "++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- ++++-+- -------");
    ran.put(
        "1.22",
        "++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- -------");
    ran.put(
        "1.23",
        "++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- ++++++- +--+++-");
    ran.put(
        "1.24",
        "+++++++ +++++++ +++++++ +++++++ +++++++ +++++++ +++++++ +++++++ +++++++ +++++++ +++++++");
    return ran;
  }

  @Test
  void noOlderRuntimeRunsTheFileAndNoNewerOneFails() {
    for (int opset = 0; opset < OPSETS.length; opset++) {
      for (int scheme = 0; scheme < SCHEMES.size(); scheme++) {
        String expected = oldest(opset, scheme);
        OldestRuntime found = OldestRuntime.of(OPSETS[opset], SCHEMES.get(scheme));

        assertThat(found.version())
            .as("opset %d, %s", OPSETS[opset], SCHEMES.get(scheme).id())
            .isEqualTo(expected);
        assertThat(found.isOldestTried()).isEqualTo(expected.equals("1.16"));
      }
    }
  }

  private static String oldest(int opset, int scheme) {
    String oldest = "";
    for (Map.Entry<String, String> runtime : tried().entrySet()) {
      boolean runs = runtime.getValue().split(" ")[opset].charAt(scheme) == '+';
      if (!runs) {
        oldest = "";
      } else if (oldest.isEmpty()) {
        oldest = runtime.getKey();
      }
    }
    return oldest;
  }

  /** One kernel serves all block sizes. */
  @Test
  void largeBlocksNeedNoOtherRuntime() {
    for (long opset : OPSETS) {
      for (int bits : new int[] {8, 4, 2}) {
        OldestRuntime usual = OldestRuntime.of(opset, Scheme.ofBlocks(bits, 32));
        assertThat(OldestRuntime.of(opset, Scheme.ofBlocks(bits, 64))).isEqualTo(usual);
        assertThat(OldestRuntime.of(opset, Scheme.ofBlocks(bits, 128))).isEqualTo(usual);
      }
    }
  }

  /** What nobody tried is promised for the runtime that everything is tested with only. */
  @Test
  void newerOpsetsNeedTheNewestRuntime() {
    assertThat(OldestRuntime.of(24, Scheme.W8A8).version()).isEqualTo("1.29");
  }
}
