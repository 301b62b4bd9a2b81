package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.PlanDifference;
import dev.mixtune.results.ComparedStudy.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code compare.json}: two studies of one model and metric side by side. Differences are B minus
 * A; drops are fractions.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param metric of both
 * @param first study A
 * @param second study B
 * @param sameSearch whether both scored plans on the same search samples, prepared alike, against
 *     the same float answers: differences are paired
 * @param sameHoldout the same of the holdout
 * @param sameTiming whether latencies hold for the same device and deployment; else they are shown
 *     and not compared
 * @param rows the chosen plans, then uniform plans that both have, widest first
 * @param volume of both frontiers from one corner, each on its own search split; null where
 *     latencies are not comparable
 * @param dominated how many points of one frontier a point of the other beats, by their estimates
 *     of drop, size and, where latencies are comparable, time
 * @param changedLayers layers whose bits differ between the chosen plans
 * @param notes what cannot be compared, and why
 */
public record StudyComparison(
    int schemaVersion,
    String metric,
    Side first,
    Side second,
    boolean sameSearch,
    boolean sameHoldout,
    boolean sameTiming,
    List<Row> rows,
    @Nullable Volume volume,
    Dominated dominated,
    List<ChangedLayer> changedLayers,
    List<String> notes) {

  /** The version of the file that this class writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  public StudyComparison {
    rows = List.copyOf(rows);
    changedLayers = List.copyOf(changedLayers);
    notes = List.copyOf(notes);
  }

  /**
   * One study.
   *
   * @param task its name
   * @param target the device
   * @param points on its frontier
   * @param evaluations of its search
   * @param seed of its search
   */
  public record Side(String task, String target, int points, int evaluations, long seed) {}

  /**
   * Two plans.
   *
   * @param name {@code chosen} or {@code uniform-8}
   * @param firstId the plan of A
   * @param secondId the plan of B
   * @param split {@code holdout} where both were scored on it, else {@code search}
   * @param firstDrop of A's plan
   * @param secondDrop of B's plan
   * @param drop how the drops differ
   * @param firstLatencyRatio against float
   * @param secondLatencyRatio against float
   * @param latency by which B's ratio is larger than A's, a fraction; null where not comparable
   * @param firstBytes of A's file
   * @param secondBytes of B's file
   */
  public record Row(
      String name,
      String firstId,
      String secondId,
      String split,
      double firstDrop,
      double secondDrop,
      Difference drop,
      double firstLatencyRatio,
      double secondLatencyRatio,
      @Nullable Difference latency,
      long firstBytes,
      long secondBytes) {}

  /**
   * B minus A, with a two-sided interval.
   *
   * @param paired whether both were measured on the same samples, prepared alike, against the same
   *     float answers
   * @param significant whether the interval leaves 0 out
   */
  public record Difference(
      double value, double low, double high, boolean paired, boolean significant) {}

  /**
   * Shares of one box.
   *
   * @param objectives its axes
   * @param corner its far corner, one number per axis: the further of the two studies' own
   */
  public record Volume(double first, double second, List<String> objectives, List<Double> corner) {
    public Volume {
      objectives = List.copyOf(objectives);
      corner = List.copyOf(corner);
    }
  }

  /**
   * Points that are worse than a point of the other frontier.
   *
   * @param ofFirst points of A that a point of B beats
   * @param ofSecond points of B that a point of A beats
   */
  public record Dominated(int ofFirst, int ofSecond) {}

  /** A layer with other bits. */
  public record ChangedLayer(String name, int firstBits, int secondBits) {}

  /**
   * Compares two studies.
   *
   * @throws UserException when they are of different models or metrics
   */
  public static StudyComparison of(ComparedStudy a, ComparedStudy b) {
    require("metric", a, b, a.frontier().metric(), b.frontier().metric());
    require("model", a, b, a.frontier().model().sha256(), b.frontier().model().sha256());
    boolean search = a.unpaired(Split.SEARCH, b).isEmpty();
    boolean holdout = a.unpaired(Split.HOLDOUT, b).isEmpty();
    boolean timing = a.isTimedLike(b);
    Frontier first = a.frontier();
    Frontier second = b.frontier();
    List<Row> rows = new ArrayList<>();
    row("chosen", first.chosen(), second.chosen(), a, b).ifPresent(rows::add);
    for (int i = first.uniforms().size() - 1; i >= 0; i--) {
      FrontierPoint uniform = first.uniforms().get(i);
      Optional<FrontierPoint> other =
          second.uniforms().stream()
              .filter(point -> Objects.equals(point.uniform(), uniform.uniform()))
              .findFirst();
      row("uniform-" + uniform.uniform(), Optional.of(uniform), other, a, b).ifPresent(rows::add);
    }
    return new StudyComparison(
        SCHEMA_VERSION,
        first.metric(),
        side(first),
        side(second),
        search,
        holdout,
        timing,
        rows,
        timing ? FrontierVolume.common(first, second) : null,
        new Dominated(
            FrontierVolume.dominated(first, second, timing),
            FrontierVolume.dominated(second, first, timing)),
        changed(first, second),
        notes(a, b, timing));
  }

  private static void require(
      String what, ComparedStudy a, ComparedStudy b, String first, String second) {
    if (!first.equals(second)) {
      throw new UserException(
          "the studies '"
              + a.folder()
              + "' and '"
              + b.folder()
              + "' are not of the same "
              + what
              + ": "
              + first
              + " and "
              + second,
          "Drops are differences from one float model in one metric; compare studies that share"
              + " both.");
    }
  }

  private static Side side(Frontier frontier) {
    return new Side(
        frontier.task(),
        frontier.target().name(),
        frontier.points().size(),
        frontier.evaluations(),
        frontier.seed());
  }

  private static Optional<Row> row(
      String name,
      Optional<FrontierPoint> first,
      Optional<FrontierPoint> second,
      ComparedStudy a,
      ComparedStudy b) {
    if (first.isEmpty() || second.isEmpty()) {
      return Optional.empty();
    }
    FrontierPoint p = first.get();
    FrontierPoint q = second.get();
    Score heldFirst = p.holdout();
    Score heldSecond = q.holdout();
    boolean held = heldFirst != null && heldSecond != null;
    Score scoreFirst = held ? Objects.requireNonNull(heldFirst) : p.search();
    Score scoreSecond = held ? Objects.requireNonNull(heldSecond) : q.search();
    Split split = held ? Split.HOLDOUT : Split.SEARCH;
    boolean paired = a.unpaired(split, b).isEmpty();
    return Optional.of(
        new Row(
            name,
            p.id(),
            q.id(),
            split.words(),
            scoreFirst.drop(),
            scoreSecond.drop(),
            drops(scoreFirst, scoreSecond, paired, a.frontier().limit().confidence()),
            p.latencyRatio(),
            q.latencyRatio(),
            a.isTimedLike(b) ? latencies(p, q) : null,
            p.sizeBytes(),
            q.sizeBytes()));
  }

  private static Difference drops(Score first, Score second, boolean paired, double confidence) {
    PlanDifference difference =
        paired
            ? PlanDifference.paired(drop(second), drop(first), confidence)
            : PlanDifference.unpaired(drop(second), drop(first));
    return new Difference(
        difference.change(),
        difference.low(),
        difference.high(),
        paired,
        difference.isSignificant());
  }

  private static PlanDifference.Drop drop(Score score) {
    Integer lost = score.lost();
    Integer gained = score.gained();
    return new PlanDifference.Drop(
        score.drop(),
        score.dropInterval().low(),
        score.dropInterval().high(),
        score.samples(),
        lost == null ? -1 : lost,
        gained == null ? -1 : gained);
  }

  /** Errors of two ratios that were measured independently add up by their squares. */
  private static Difference latencies(FrontierPoint first, FrontierPoint second) {
    double value = second.latencyRatio() / first.latencyRatio() - 1;
    double error =
        (1 + value) * Math.hypot(first.latencyRelativeError(), second.latencyRelativeError());
    return new Difference(
        value, value - error, value + error, false, Math.abs(value) > error + 1e-12);
  }

  private static List<ChangedLayer> changed(Frontier first, Frontier second) {
    List<ChangedLayer> changed = new ArrayList<>();
    if (first.chosen().isPresent() && second.chosen().isPresent()) {
      List<Integer> before = first.chosen().get().bits();
      List<Integer> after = second.chosen().get().bits();
      for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
        if (!before.get(i).equals(after.get(i))) {
          changed.add(new ChangedLayer(first.layers().get(i).name(), before.get(i), after.get(i)));
        }
      }
    }
    return changed;
  }

  private static List<String> notes(ComparedStudy a, ComparedStudy b, boolean timing) {
    List<String> notes = new ArrayList<>();
    for (Split split : Split.values()) {
      a.unpaired(split, b)
          .ifPresent(
              reason ->
                  notes.add(
                      "Differences of drops on the two studies' "
                          + split.words()
                          + " splits are not paired, their intervals are wider: "
                          + reason
                          + "."));
    }
    if (!timing) {
      notes.add(
          "Latencies are not compared: "
              + a.timing()
              + " against "
              + b.timing()
              + ". Each ratio is to float on its own target; points are beaten in drop and size"
              + " alone.");
    }
    double confidence = a.frontier().limit().confidence();
    if (confidence != b.frontier().limit().confidence()) {
      notes.add(
          "The intervals of the two studies hold at "
              + Figures.confidence(confidence)
              + " and at "
              + Figures.confidence(b.frontier().limit().confidence())
              + ".");
    }
    return notes;
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, StudyJson.write(this));
  }
}
