package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestNetworks;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Sizes as menus predict them: a sum over groups of layers, for all schemes that there are. */
record SizeSums(List<PlanSizes.Choice> choices, PlanSizes.Savings savings) {

  static SizeSums of(TestNetworks test, PlanSizes sizes) {
    List<PlanSizes.Choice> choices =
        test.network().groups().values().stream()
            .map(group -> new PlanSizes.Choice(group, common(test, group)))
            .toList();
    return new SizeSums(choices, sizes.savings(choices, new Random(1)));
  }

  private static List<Scheme> common(TestNetworks test, List<Integer> group) {
    Set<Scheme> common = new HashSet<>(List.of(Scheme.values()));
    for (int layer : group) {
      common.retainAll(test.lowering().schemes(test.network().layers().get(layer)));
    }
    return common.stream().sorted().toList();
  }

  long predicted(Plan plan) {
    long bytes = savings.unsavedBytes();
    for (int c = 0; c < choices.size(); c++) {
      PlanSizes.Choice choice = choices.get(c);
      Scheme scheme = plan.scheme(choice.layers().get(0));
      bytes -= savings.saved()[c][choice.schemes().indexOf(scheme)];
    }
    return bytes;
  }
}
