package dev.mixtune.search;

import static dev.mixtune.search.Toys.entry;
import static dev.mixtune.search.Toys.menu;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedsTest {

  @Test
  void greedyPathTakesTheBestRateFirst() {
    // Layer 0 saves 300 bytes for damage 1, then 50 for 1; layer 1 saves 300 for 2, then 80 for 1.
    SearchSpace space =
        SearchSpace.of(
            2,
            List.of(
                menu(
                    0,
                    entry(Scheme.F32, 400, 0, 2),
                    entry(Scheme.W8A8, 100, 1, 1),
                    entry(Scheme.W4A8, 50, 2, 1)),
                menu(
                    1,
                    entry(Scheme.F32, 400, 0, 2),
                    entry(Scheme.W8A8, 100, 2, 1),
                    entry(Scheme.W4A8, 20, 3, 1))));
    Costs costs = Costs.of(space);
    assertThat(GreedyPath.of(costs, costs.bytes()))
        .extracting(options -> space.plan(options).key())
        .containsExactly("f32 f32", "w8a8 f32", "w8a8 w8a8", "w8a8 w4a8", "w4a8 w4a8");
    assertThat(GreedyPath.of(costs, costs.nanos()))
        .extracting(options -> space.plan(options).key())
        .containsExactly("f32 f32", "w8a8 f32", "w8a8 w8a8");
  }

  @Test
  void greedyPathSkipsAnEntryThatIsNotWorthIt() {
    SearchSpace space =
        SearchSpace.of(
            1,
            List.of(
                menu(
                    0,
                    entry(Scheme.F32, 400, 0, 2),
                    entry(Scheme.W8A8, 390, 5, 1),
                    entry(Scheme.W4A8, 50, 6, 1))));
    Costs costs = Costs.of(space);
    assertThat(GreedyPath.of(costs, costs.bytes()))
        .extracting(options -> space.plan(options).key())
        .containsExactly("f32", "w4a8");
  }

  @Test
  void spreadKeepsTheEnds() {
    List<Integer> numbers = IntStream.range(0, 9).boxed().toList();
    assertThat(Spread.thin(numbers, 3)).containsExactly(0, 4, 8);
    assertThat(Spread.thin(numbers, 9)).isEqualTo(numbers);
    assertThat(Spread.coarseToFine(numbers)).containsExactly(0, 8, 4, 2, 6, 1, 3, 5, 7);
    assertThat(Spread.coarseToFine(List.of(1, 2))).containsExactly(1, 2);
    assertThat(Spread.interleave(List.of(List.of(1, 2, 3), List.of(9))))
        .containsExactly(1, 9, 2, 3);
  }

  @Test
  void seedsMixWidthsAtFullSpeed() {
    // Every menu: f16 is slower than the rest, which all take the same time.
    SearchSpace space =
        SearchSpace.of(6, IntStream.range(0, 6).mapToObj(Toys::fourWidths).toList());

    List<Plan> mixed =
        Seeds.of(space, Objective.USUAL, 20, 32).stream()
            .filter(plan -> !plan.schemes().contains(Scheme.F16))
            .filter(plan -> plan.schemes().stream().distinct().count() > 1)
            .distinct()
            .toList();

    assertThat(mixed).hasSizeGreaterThanOrEqualTo(8);
  }

  @Test
  void seedsSpanFromTheSafestToTheLeanest() {
    SearchSpace space =
        SearchSpace.of(6, IntStream.range(0, 6).mapToObj(Toys::fourWidths).toList());
    List<Plan> seeds = Seeds.of(space, Objective.USUAL, 20, 32);
    assertThat(seeds).allMatch(space::contains);
    assertThat(seeds)
        .contains(Plan.uniform(6, Scheme.F16))
        .contains(Plan.uniform(6, Scheme.W2A8))
        .as("the least damage at full speed")
        .contains(Plan.uniform(6, Scheme.W8A8));
    assertThat(seeds.subList(0, 6))
        .as("coarse to fine: both ends come early")
        .contains(Plan.uniform(6, Scheme.F16), Plan.uniform(6, Scheme.W2A8));
  }

  @Test
  void seedsFollowTheObjectives() {
    SearchSpace space =
        SearchSpace.of(6, IntStream.range(0, 6).mapToObj(Toys::fourWidths).toList());
    assertThat(Seeds.of(space, EnumSet.of(Objective.ACCURACY, Objective.LATENCY), 20, 32))
        .as("nothing is gained in time below 8 bits")
        .allMatch(plan -> plan.schemes().stream().allMatch(s -> s.weightBits() >= 8));
    assertThat(Seeds.of(space, EnumSet.of(Objective.ACCURACY, Objective.SIZE), 20, 32))
        .contains(Plan.uniform(6, Scheme.W2A8));
  }
}
