package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.hardware.MixDesign;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/** Draws the plans that a latency model is not to see before it is judged by them. */
final class UnseenPlans {
  private static final int TRIES = 50;

  private UnseenPlans() {}

  /**
   * Plans with kernels of their own, uniform ones excluded: those are always timed. At most half of
   * what there is, so that a network with few mixes of kernels leaves some to learn from.
   *
   * @param most plans
   * @param signature tells plans with different kernels apart
   * @return plans by their signatures, in the order in which they were drawn
   */
  static Map<String, Plan> drawn(
      KernelChoices choices, int most, Function<Plan, String> signature, Random random) {
    Set<String> uniform = new HashSet<>();
    choices.uniform().forEach(mix -> uniform.add(signature.apply(choices.plan(mix))));
    MixDesign design = new MixDesign(choices.counts(), random);
    Set<List<Integer>> mixes = new HashSet<>();
    Map<String, Plan> there = new LinkedHashMap<>();
    for (int tries = 0; there.size() < 2 * most && tries < TRIES * most; tries++) {
      int[] mix = design.next();
      if (mixes.add(Arrays.stream(mix).boxed().toList())) {
        Plan plan = choices.plan(mix);
        String kernels = signature.apply(plan);
        if (!uniform.contains(kernels)) {
          there.putIfAbsent(kernels, plan);
        }
      }
    }
    Map<String, Plan> drawn = new LinkedHashMap<>();
    there.entrySet().stream()
        .limit(Math.min(most, there.size() / 2))
        .forEach(entry -> drawn.put(entry.getKey(), entry.getValue()));
    return drawn;
  }
}
