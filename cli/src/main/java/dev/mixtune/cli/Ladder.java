package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.Climbed;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides how far a candidate climbs. It knows what was known when its batch was handed out, and
 * nothing else, so that its decisions do not depend on who finishes first.
 *
 * <p>A candidate's size and latency are known before a sample is scored. It is discarded when it
 * surely drops more than a plan that is no worse in both: that one beats it, or is itself beaten by
 * one that does, so it could not have been on the frontier.
 */
final class Ladder {
  private final List<Member> members = new ArrayList<>();
  private final List<Evaluation> scored = new ArrayList<>();
  private final Set<Objective> objectives;
  private final int samples;

  private record Member(int netLost, double ratio, long sizeBytes, double energyRatio) {}

  /**
   * @param known evaluations with the library's weights
   * @param objectives what counts
   * @param samples of the whole search split
   */
  Ladder(List<Evaluation> known, Set<Objective> objectives, int samples) {
    this.objectives = objectives;
    this.samples = samples;
    for (Evaluation evaluation : known) {
      PairedScore score = evaluation.score();
      Latency latency = evaluation.latency();
      if (score != null && latency != null && score.samples() == samples) {
        scored.add(evaluation);
        score
            .counts()
            .ifPresent(
                counts ->
                    members.add(
                        new Member(
                            counts.lost() - counts.gained(),
                            latency.ratio(),
                            evaluation.sizeBytes(),
                            ratio(evaluation.energy()))));
      }
    }
  }

  /**
   * The most samples, net of those gained, that a candidate may lose and still have a chance.
   *
   * @param energy null where it does not count
   * @return {@link Integer#MAX_VALUE} when no known plan is as small and as fast
   */
  int mostNetLost(double ratio, long sizeBytes, @Nullable Energy energy) {
    if (!objectives.contains(Objective.ACCURACY)) {
      return Integer.MAX_VALUE;
    }
    boolean time = objectives.contains(Objective.LATENCY);
    boolean size = objectives.contains(Objective.SIZE);
    boolean frugal = objectives.contains(Objective.ENERGY);
    return members.stream()
        .filter(member -> !time || member.ratio() <= ratio)
        .filter(member -> !size || member.sizeBytes() <= sizeBytes)
        .filter(member -> !frugal || member.energyRatio() <= ratio(energy))
        .mapToInt(Member::netLost)
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  private static double ratio(@Nullable Energy energy) {
    return energy == null ? 0 : energy.ratio();
  }

  /** What is to be remembered of a climb. */
  Climb climb(Climbed climbed) {
    List<Climb.Rung> rungs =
        climbed.rungs().stream()
            .map(rung -> new Climb.Rung(rung.samples(), rung.lost(), rung.gained()))
            .toList();
    if (climbed.outcome() != null) {
      return new Climb(rungs, /* discard= */ null);
    }
    double atLeast = (double) climbed.netLostAtLeast() / samples;
    return new Climb(
        rungs,
        new Climb.Discard(atLeast, Math.max(atLeast, estimate(rungs.get(rungs.size() - 1)))));
  }

  /**
   * The drop that a rung lets expect: all gains are known by then, and of the losses the share that
   * the plans scored so far had shown at the same rung.
   */
  private double estimate(Climb.Rung last) {
    long lostByThen = 0;
    long lostAtLast = 0;
    for (Evaluation evaluation : scored) {
      Climb climb = evaluation.climb();
      PairedScore score = evaluation.score();
      if (climb == null || score == null) {
        continue;
      }
      for (Climb.Rung rung : climb.rungs()) {
        if (rung.samples() == last.samples()) {
          lostByThen += rung.lost();
          lostAtLast += score.counts().map(PairedScore.Counts::lost).orElse(0);
        }
      }
    }
    double share = lostByThen == 0 ? 1 : (double) lostByThen / lostAtLast;
    return Math.min(1, (last.lost() / share - last.gained()) / samples);
  }
}
