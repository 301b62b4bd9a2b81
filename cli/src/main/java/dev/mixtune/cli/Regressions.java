package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.ClassDrops;
import dev.mixtune.evaluators.SampleSet;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks behind the average: what the chosen file does to each class. */
final class Regressions {
  private static final Logger LOG = LoggerFactory.getLogger(Regressions.class);

  private Regressions() {}

  /**
   * The drop of each class.
   *
   * @param file of the plan
   * @param split name of the samples
   * @param confidence of all intervals together
   * @return empty where the metric counts nothing, or samples have no classes
   */
  static Optional<ClassDrops> perClass(
      Workbench bench, Plan plan, Path file, String split, SampleSet samples, double confidence) {
    if (!samples.isLabelled() || !bench.task().metric().needsLabels()) {
      return Optional.empty();
    }
    AccuracyEvaluator evaluator = Candidates.evaluator(bench, plan);
    try {
      Optional<BitSet> floatRight = evaluator.right(bench.task().model(), samples);
      Optional<BitSet> right = evaluator.right(file, samples);
      return floatRight.flatMap(
          expected ->
              right.flatMap(found -> ClassDrops.of(split, samples, expected, found, confidence)));
    } catch (RuntimeFailure e) {
      // What is only looked at in addition must not cost the report of a whole night.
      LOG.warn("no drops of classes", e);
      return Optional.empty();
    }
  }

  static String sentence(ClassDrops drops) {
    ClassDrops.Entry worst = drops.worstClass();
    long worse = drops.classes().stream().filter(ClassDrops.Entry::isWorse).count();
    return String.format(
        Locale.ROOT,
        "Of %d classes class %d drops most: %.2f points (%.2f to %.2f, all classes together at %.0f"
            + " %%) on its %d samples of the %s split; %s.",
        drops.classes().size(),
        worst.label(),
        100 * worst.drop(),
        100 * worst.dropLow(),
        100 * worst.dropHigh(),
        100 * drops.confidence(),
        worst.samples(),
        drops.split(),
        worse == 0
            ? "no class is worse for certain"
            : worse + (worse == 1 ? " class is" : " classes are") + " worse for certain");
  }
}
