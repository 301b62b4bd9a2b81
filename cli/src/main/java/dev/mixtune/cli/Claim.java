package dev.mixtune.cli;

import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one study claims of its chosen file, held against what new processes measure.
 *
 * @param network the task's name
 * @param limit the drop that was searched for, as typed
 * @param chosen id of the chosen point
 * @param claimed latency ratio that {@code frontier.json} states
 * @param measured ratios of {@code chosen.onnx} in processes of their own
 * @param driftOfUniform by how much the uniform 8-bit plan's median in the same processes is off
 *     its own recorded ratio, a fraction
 * @param slowerThan ids of uniform plans that are faster than the chosen one beyond timing error,
 *     no less accurate and no larger
 * @param underLoad ratio of what a study under load chose, the same plan or not; null when none was
 *     run
 * @param sameUnderLoad whether it chose the same plan
 */
record Claim(
    String network,
    String limit,
    String chosen,
    double claimed,
    List<Double> measured,
    double driftOfUniform,
    List<String> slowerThan,
    @Nullable Double underLoad,
    boolean sameUnderLoad) {
  /** What a claim may be off by. */
  static final double ALLOWED = 0.05;

  Claim {
    measured = List.copyOf(measured);
    slowerThan = List.copyOf(slowerThan);
  }

  /** By how much the claim is off the median of the new processes, a fraction. */
  double off() {
    return Math.abs(claimed / median(measured) - 1);
  }

  /** Whether the claimed ratio holds: within 5 %, or twice the drift of the uniform 8-bit plan. */
  boolean ratioHolds() {
    return off() <= Math.max(ALLOWED, 2 * driftOfUniform);
  }

  /** Whether no uniform plan beats the chosen one. */
  boolean isUnbeaten() {
    return slowerThan.isEmpty();
  }

  /** Whether load left the choice alone, or its ratio. */
  boolean standsLoad() {
    return underLoad == null || sameUnderLoad || Math.abs(underLoad / claimed - 1) <= ALLOWED;
  }

  /** The uniform plans of a frontier file that beat its chosen point. */
  static List<String> beating(Frontier frontier) {
    FrontierPoint chosen = frontier.chosen().orElseThrow();
    List<String> beating = new ArrayList<>();
    for (FrontierPoint uniform : frontier.uniforms()) {
      if (!uniform.id().equals(chosen.id()) && beats(uniform, chosen)) {
        beating.add(uniform.id());
      }
    }
    return beating;
  }

  private static boolean beats(FrontierPoint uniform, FrontierPoint chosen) {
    Score own = uniform.holdout();
    Score other = chosen.holdout();
    double accuracy = own != null && other != null ? own.accuracy() : uniform.search().accuracy();
    double toBeat = own != null && other != null ? other.accuracy() : chosen.search().accuracy();
    return uniform.sizeBytes() <= chosen.sizeBytes()
        && accuracy >= toBeat
        && uniform.latencyRatio() * (1 + uniform.latencyRelativeError())
            < chosen.latencyRatio() * (1 - chosen.latencyRelativeError());
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** The head of the table in Markdown. */
  static String head() {
    return "| network | limit | chosen | claimed | new processes | off | drift of uniform 8 | ratio"
        + " holds | beaten by a uniform plan | under load |\n|---|---|---|---|---|---|---|---|---|---|";
  }

  /** One line of the table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.3f | %.3f | %.1f %% | %.1f %% | %s | %s | %s |",
        network,
        limit,
        chosen,
        claimed,
        median(measured),
        100 * off(),
        100 * driftOfUniform,
        ratioHolds() ? "yes" : "**no**",
        isUnbeaten() ? "no" : "**" + String.join(", ", slowerThan) + "**",
        underLoad == null
            ? "-"
            : String.format(
                Locale.ROOT,
                "%s, %.3f%s",
                sameUnderLoad ? "same plan" : "another plan",
                underLoad,
                standsLoad() ? "" : " **no**"));
  }
}
