package dev.mixtune.cli;

import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.Metric;
import dev.mixtune.evaluators.Row;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code top1} under another name, which a test can stop at an answer: it stands for a holdout that
 * takes long.
 */
public final class HeldMetric implements CountMetric {
  /** Asked with each answer. Metrics are made by the class path, so this cannot be handed in. */
  static final AtomicReference<Runnable> AT_EACH_ANSWER = new AtomicReference<>(() -> {});

  private static final CountMetric TOP1 = (CountMetric) Metric.all().get(0);

  @Override
  public String id() {
    return "held-top1";
  }

  @Override
  public boolean needsLabels() {
    return true;
  }

  @Override
  public int minimumValues() {
    return TOP1.minimumValues();
  }

  @Override
  public boolean right(Row answer, Row floatAnswer, int label) {
    AT_EACH_ANSWER.get().run();
    return TOP1.right(answer, floatAnswer, label);
  }

  @Override
  public float margin(Row floatAnswer, int label) {
    return TOP1.margin(floatAnswer, label);
  }
}
