package dev.mixtune.hardware.profiler;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code onnxruntime_perf_test} printed. Its words changed over the years; all of these mean
 * the same: {@code P50 Latency: 0.06 s}, {@code P50 Latency is 0.06 sec}, {@code Average inference
 * time cost: 62.3 ms}, {@code Average inference time cost total: 62.3 ms}, {@code Average time
 * cost: 62.3 ms}.
 *
 * @param nanos the median of a run where it is printed (option {@code -s}), else the mean
 * @param isMedian whether it is the median
 * @param runs how many runs; 0 when it does not say
 */
record PerfTestOutput(double nanos, boolean isMedian, long runs) {
  private static final String NUMBER = "([0-9]+(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)";
  private static final Pattern MEDIAN =
      Pattern.compile("(?m)^\\s*P50 Latency(?: is|:)\\s*" + NUMBER + "\\s*s(?:ec)?\\s*$");
  private static final Pattern MEAN =
      Pattern.compile(
          "(?m)^\\s*Average (?:inference )?time cost(?: total)?:\\s*" + NUMBER + "\\s*ms\\s*$");
  private static final Pattern RUNS =
      Pattern.compile(
          "(?m)^\\s*(?:Total inference requests|Total iterations|Runs):\\s*([0-9]+)\\s*$");

  /** Reads the output; empty when it holds no time above 0. */
  static Optional<PerfTestOutput> read(String text) {
    String unix = text.replace("\r", "");
    OptionalDouble median = number(MEDIAN, unix);
    OptionalDouble mean = number(MEAN, unix);
    long runs = (long) number(RUNS, unix).orElse(0);
    if (median.isPresent() && median.getAsDouble() > 0) {
      return Optional.of(new PerfTestOutput(1e9 * median.getAsDouble(), true, runs));
    }
    if (mean.isPresent() && mean.getAsDouble() > 0) {
      return Optional.of(new PerfTestOutput(1e6 * mean.getAsDouble(), false, runs));
    }
    return Optional.empty();
  }

  private static OptionalDouble number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find()
        ? OptionalDouble.of(Double.parseDouble(matcher.group(1)))
        : OptionalDouble.empty();
  }
}
