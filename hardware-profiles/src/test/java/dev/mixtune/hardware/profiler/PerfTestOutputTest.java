package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The format was read in published outputs of the program and in its source; the figures here are
 * made up.
 */
class PerfTestOutputTest {
  static final String WITH_STATISTICS =
      """
      Setting intra_op_num_threads to 1
      2026-01-08 11:14:46.9047758 [W:onnxruntime:, graph.cc:2412 CleanUnused] Removing initializer
      Session creation time cost: 0.0127 s
      First inference time cost: 3 ms
      Total inference time cost: 0.1042 s
      Total inference requests: 50
      Average inference time cost: 2.084 ms
      Total inference run time: 0.1043 s
      Number of inferences per second: 479.386\s
      Avg CPU usage: 12 %
      Peak working set size: 18159136 bytes
      Avg CPU usage:12
      Peak working set size:18159136
      Runs:50
      Min Latency: 0.0019 s
      Max Latency: 0.0047 s
      P50 Latency: 0.00201 s
      P90 Latency: 0.0024 s
      P95 Latency: 0.0031 s
      P99 Latency: 0.0047 s
      P999 Latency: 0.0047 s
      """;

  @Test
  void takesTheMedianWhereItIsPrinted() {
    PerfTestOutput output = PerfTestOutput.read(WITH_STATISTICS).orElseThrow();
    assertThat(output.nanos()).isCloseTo(2_010_000, within(1e-3));
    assertThat(output.isMedian()).isTrue();
    assertThat(output.runs()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Total inference requests: 9\nAverage inference time cost: 4.5 ms\n",
        "Total inference requests:9\r\nAverage inference time cost:4.5 ms\r\n",
        "Total inference requests: 9\nAverage inference time cost total: 4.500000 ms\n",
        "Total iterations:9\nAverage time cost:4.5 ms\n",
        "Runs:9\nAverage inference time cost: 4.5e0 ms",
      })
  void takesTheMeanInTheWordsOfAllVersions(String text) {
    PerfTestOutput output = PerfTestOutput.read(text).orElseThrow();
    assertThat(output.nanos()).isCloseTo(4_500_000, within(1e-3));
    assertThat(output.isMedian()).isFalse();
    assertThat(output.runs()).isEqualTo(9);
  }

  @Test
  void readsTheOldWordsForTheMedian() {
    assertThat(PerfTestOutput.read("P50 Latency is 5.8e-05sec\n").orElseThrow().nanos())
        .isCloseTo(58_000, within(1e-3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "error while loading shared libraries: libonnxruntime.so",
        "Average inference time cost: fast ms",
        "P50 Latency: 0 s\nAverage inference time cost: 0 ms",
        "P90 Latency: 0.5 s",
      })
  void nothingIsReadWhereNothingStands(String text) {
    assertThat(PerfTestOutput.read(text)).isEmpty();
  }
}
