package dev.mixtune.results;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Hypervolume;
import dev.mixtune.search.Objective;
import dev.mixtune.search.ReferencePoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Hypervolumes of published frontiers, and of a frontier as it grew. */
final class FrontierVolume {
  private FrontierVolume() {}

  /** The volumes of two frontiers from one corner; null when one of them has none. */
  static StudyComparison.@Nullable Volume common(Frontier first, Frontier second) {
    Frontier.Hypervolume a = first.hypervolume();
    Frontier.Hypervolume b = second.hypervolume();
    if (a == null || b == null) {
      return null;
    }
    Map<String, Double> corner = new LinkedHashMap<>();
    for (int i = 0; i < a.objectives().size(); i++) {
      int there = b.objectives().indexOf(a.objectives().get(i));
      if (there >= 0) {
        corner.put(
            a.objectives().get(i),
            Math.max(a.referencePoint().get(i), b.referencePoint().get(there)));
      }
    }
    if (corner.isEmpty()) {
      return null;
    }
    Set<Objective> objectives = Objective.parse(String.join(",", corner.keySet()));
    ReferencePoint reference = reference(corner);
    return new StudyComparison.Volume(
        Hypervolume.of(evaluations(first), objectives, reference),
        Hypervolume.of(evaluations(second), objectives, reference),
        List.copyOf(corner.keySet()),
        List.copyOf(corner.values()));
  }

  private static ReferencePoint reference(Map<String, Double> corner) {
    return new ReferencePoint(
        corner.getOrDefault("accuracy", 1.0),
        corner.getOrDefault("latency", 1.0),
        Math.round(corner.getOrDefault("size", 1.0)));
  }

  private static List<Evaluation> evaluations(Frontier frontier) {
    return frontier.points().stream().map(FrontierVolume::evaluation).toList();
  }

  private static Evaluation evaluation(FrontierPoint point) {
    Score score = point.search();
    return new Evaluation(
            point.plan(),
            point.rounding(),
            new PairedScore(
                score.samples(),
                score.accuracy() + score.drop(),
                score.accuracy(),
                score.dropInterval().low(),
                score.dropInterval().high(),
                new PairedScore.Resampled(score.dropInterval().high())),
            new Latency(
                point.latencyMs(),
                point.latencyRatio(),
                point.latencyRelativeError(),
                point.latencyBasis()),
            point.sizeBytes(),
            point.averageBits(),
            "",
            null)
        .withEnergy(
            point.energy() == null
                ? null
                : new Energy(point.energy().millijoules(), point.energy().ratio()));
  }

  /**
   * How many points of one frontier a point of the other beats in drop and size, and in time too
   * where that can be compared.
   */
  static int dominated(Frontier frontier, Frontier by, boolean timed) {
    return (int)
        frontier.points().stream()
            .filter(point -> by.points().stream().anyMatch(other -> beats(other, point, timed)))
            .count();
  }

  private static boolean beats(FrontierPoint a, FrontierPoint b, boolean timed) {
    boolean noWorse =
        a.search().drop() <= b.search().drop()
            && (!timed || a.latencyRatio() <= b.latencyRatio())
            && a.sizeBytes() <= b.sizeBytes();
    return noWorse
        && (a.search().drop() < b.search().drop()
            || (timed && a.latencyRatio() < b.latencyRatio())
            || a.sizeBytes() < b.sizeBytes());
  }

  /**
   * The volume after each of at most {@code most} evaluations, the first and the last among them.
   *
   * @param rows in the order in which they were recorded
   */
  static List<StudyView.VolumeStep> history(
      Frontier frontier, List<RecordedEvaluation> rows, int most) {
    Frontier.Hypervolume last = frontier.hypervolume();
    if (last == null || rows.isEmpty()) {
      return List.of();
    }
    Map<String, Double> corner = new LinkedHashMap<>();
    for (int i = 0; i < last.objectives().size(); i++) {
      corner.put(last.objectives().get(i), last.referencePoint().get(i));
    }
    Set<Objective> objectives = Objective.parse(String.join(",", corner.keySet()));
    ReferencePoint reference = reference(corner);
    List<RecordedEvaluation> ordered =
        rows.stream().sorted(Comparator.comparing(RecordedEvaluation::recordedAt)).toList();
    Set<Integer> looks = new LinkedHashSet<>();
    for (int i = 1; i <= most; i++) {
      looks.add((int) Math.ceil((double) ordered.size() * i / most));
    }
    long start = ordered.get(0).recordedAt().toEpochMilli();
    List<StudyView.VolumeStep> steps = new ArrayList<>();
    List<Evaluation> front = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      Evaluation next = ordered.get(i).evaluation();
      if (!next.isFailed()) {
        front.add(next);
      }
      if (looks.contains(i + 1)) {
        front = survivors(front);
        steps.add(
            new StudyView.VolumeStep(
                i + 1,
                (ordered.get(i).recordedAt().toEpochMilli() - start) / 1000.0,
                Hypervolume.of(front, objectives, reference)));
      }
    }
    return steps;
  }

  /** What is beaten adds no volume and would only slow the next look down. */
  private static List<Evaluation> survivors(List<Evaluation> some) {
    return some.stream()
        .filter(e -> some.stream().noneMatch(other -> beats(other, e)))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static boolean beats(Evaluation a, Evaluation b) {
    PairedScore left = a.score();
    PairedScore right = b.score();
    Latency fast = a.latency();
    Latency slow = b.latency();
    if (left == null || right == null || fast == null || slow == null) {
      return false;
    }
    boolean noWorse =
        left.drop() <= right.drop()
            && fast.ratio() <= slow.ratio()
            && energyRatio(a) <= energyRatio(b)
            && a.sizeBytes() <= b.sizeBytes();
    return noWorse
        && (left.drop() < right.drop()
            || fast.ratio() < slow.ratio()
            || energyRatio(a) < energyRatio(b)
            || a.sizeBytes() < b.sizeBytes());
  }

  private static double energyRatio(Evaluation evaluation) {
    return evaluation.energy() == null ? 0 : evaluation.energy().ratio();
  }
}
