package dev.mixtune.cli;

import dev.mixtune.results.Explanation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says in words why a layer has its bits and not one step fewer or more. */
final class StepReason {
  /** Profiles are exact; what three decimals do not show is not worth a word. */
  private static final double LEAST_TOLD = 5e-4;

  private final ExplainedStudy study;

  StepReason(ExplainedStudy study) {
    this.study = study;
  }

  /** Both directions, one sentence each. */
  String of(@Nullable OneStep down, @Nullable OneStep up) {
    return down(down) + " " + up(up);
  }

  private String down(@Nullable OneStep step) {
    if (step == null) {
      return "It has the narrowest width of its menu.";
    }
    Explanation.Change change = known(step);
    if (change == null) {
      return name(step) + " were not looked at.";
    }
    double total = Choice.score(study.base()).drop() + change.drop();
    double limit = study.frontier().absoluteLimit().orElse(Double.POSITIVE_INFINITY);
    if (total > limit) {
      return String.format(
          Locale.ROOT,
          "%s would break the limit: a drop of %s %.2f points, %.2f are allowed.",
          name(step),
          how(step),
          100 * total,
          100 * limit);
    }
    if (isSlower(change)) {
      return name(step) + " would be slower, by " + time(change) + " of float's time.";
    }
    if (change.sizeBytes() >= 0 && !isFaster(change)) {
      return name(step) + " would save neither bytes nor time.";
    }
    String saving = name(step) + " would save " + saving(change);
    if (change.dropLow() > 0) {
      return saving + " and lose " + points(change) + " points (" + how(step) + ").";
    }
    return saving
        + " at a change of "
        + points(change)
        + " points ("
        + how(step)
        + "), which these samples cannot tell from none.";
  }

  private String up(@Nullable OneStep step) {
    if (step == null) {
      return "Nothing wider is on its menu.";
    }
    Explanation.Change change = known(step);
    if (change == null) {
      return name(step) + " were not looked at.";
    }
    Double high = change.dropHigh();
    boolean better = high != null && high < 0;
    String price =
        change.sizeBytes() > 0 ? "would cost " + bytes(change.sizeBytes()) : "would cost no bytes";
    String slower = isSlower(change) ? " and " + time(change) + " of float's time" : "";
    return name(step)
        + " "
        + price
        + slower
        + (better
            ? String.format(
                Locale.ROOT, " and win %.2f points (%s).", -100 * change.drop(), how(step))
            : " and win nothing that these samples could show (" + how(step) + ").");
  }

  private static Explanation.@Nullable Change known(OneStep step) {
    return step.measured() == null ? step.predicted() : step.measured();
  }

  private static String name(OneStep step) {
    return step.scheme().weightBits() + " bits";
  }

  private static String how(OneStep step) {
    return step.measured() == null ? "predicted" : step.isScored() ? "measured" : "estimated";
  }

  private static String points(Explanation.Change change) {
    return String.format(Locale.ROOT, "%.2f", 100 * change.drop() + 0.0);
  }

  private String saving(Explanation.Change change) {
    String bytes = change.sizeBytes() < 0 ? bytes(-change.sizeBytes()) : "";
    String time = isFaster(change) ? time(change) + " of float's time" : "";
    return bytes.isEmpty() || time.isEmpty() ? bytes + time : bytes + " and " + time;
  }

  private static String bytes(long bytes) {
    return bytes < 10_000
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.1f kB", bytes / 1000.0);
  }

  private static String time(Explanation.Change change) {
    Double ratio = change.latencyRatio();
    return String.format(Locale.ROOT, "%.3f", Math.abs(ratio == null ? 0 : ratio));
  }

  private boolean isSlower(Explanation.Change change) {
    Double ratio = change.latencyRatio();
    return ratio != null && ratio > timingError();
  }

  private boolean isFaster(Explanation.Change change) {
    Double ratio = change.latencyRatio();
    return ratio != null && ratio < -timingError();
  }

  /** Two times are compared, each with this error. */
  private double timingError() {
    return Math.sqrt(2) * study.point().latencyRelativeError() * study.point().latencyRatio()
        + LEAST_TOLD;
  }
}
