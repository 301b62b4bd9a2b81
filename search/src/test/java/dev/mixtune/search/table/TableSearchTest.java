package dev.mixtune.search.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.search.table.TableInstance.Noise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableSearchTest {

  private static List<TablePoint> search(TableInstance instance, int most, long seed) {
    CountedDamages damages = new CountedDamages(instance.shape(), instance, most);
    TableSearch.run(damages, seed);
    return damages.points();
  }

  private static double best(List<TablePoint> front, double limit) {
    return front.stream()
        .filter(point -> point.cost() <= limit)
        .mapToDouble(TablePoint::damage)
        .min()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Link.class)
  void findsNearlyAllOfTheExactFrontAndTheOptimaAtFiveLimits(Link link) {
    TableInstance instance = TableGenerator.separable("50x2", 50, 2, link, 11);
    FrontVolume box = FrontVolume.of(instance);
    List<TablePoint> exact = ExactFront.of(instance).orElseThrow();
    List<TablePoint> found = search(instance, 500, 1);
    assertThat(found).hasSize(500);
    assertThat(box.of(found)).isBetween(0.999 * box.of(exact), box.of(exact) + 1e-12);
    for (double share : new double[] {0.1, 0.25, 0.5, 0.7, 0.9}) {
      double limit = box.idealCost() + share * (box.referenceCost() - box.idealCost());
      assertThat(best(found, limit)).isCloseTo(best(exact, limit), within(1e-9));
    }
  }

  @Test
  void aSmallInstanceIsExhausted() {
    TableInstance instance = TableGenerator.separable("small", 4, 3, Link.SUM, 1);
    assertThat(search(instance, 500, 1)).hasSize(81).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 30, 64})
  void staysWithinItsEvaluations(int most) {
    TableInstance instance = TableGenerator.entangled("pairs", 12, 3, Link.SATURATING, 0.01, 2);
    List<int[]> asked = new ArrayList<>();
    CountedDamages damages =
        new CountedDamages(
            instance.shape(),
            plan -> {
              asked.add(plan.clone());
              return instance.damage(plan);
            },
            most);
    TableSearch.run(damages, 1);
    assertThat(asked).hasSize(most);
    assertThat(new HashSet<>(asked.stream().map(Arrays::toString).toList())).hasSize(most);
  }

  @Test
  void theSameSeedAsksTheSame() {
    TableInstance instance = TableGenerator.entangled("pairs", 15, 3, Link.SUM, 0.01, 2);
    List<TablePoint> once = search(instance, 200, 3);
    assertThat(search(instance, 200, 3)).isEqualTo(once);
    assertThat(search(instance, 200, 4)).isNotEqualTo(once);
  }

  @Test
  void groupsAreRespected() {
    TableInstance plain = TableGenerator.separable("plain", 10, 3, Link.SUM, 4);
    double[][] costs = new double[10][3];
    double[][] damages = new double[10][3];
    for (int layer = 0; layer < 10; layer++) {
      for (int option = 0; option < 3; option++) {
        costs[layer][option] = plain.shape().cost(layer, option) + 0.5;
        damages[layer][option] = plain.damage(layer, option);
      }
    }
    TableInstance grouped =
        new TableInstance(
            new TableShape("grouped", List.of(List.of(1, 4, 7), List.of(2, 3)), costs),
            damages,
            Link.SUM,
            List.of(),
            Noise.NONE);
    List<TablePoint> found = search(grouped, 150, 1);
    assertThat(found)
        .allMatch(p -> p.plan().get(1).equals(p.plan().get(4)))
        .allMatch(p -> p.plan().get(1).equals(p.plan().get(7)))
        .allMatch(p -> p.plan().get(2).equals(p.plan().get(3)));
    FrontVolume box = FrontVolume.of(grouped);
    assertThat(box.of(found)).isGreaterThan(0.99 * box.of(ExactFront.of(grouped).orElseThrow()));
  }

  @Test
  void countsUniquePlansAndRefusesMore() {
    TableInstance instance = TableGenerator.separable("small", 3, 2, Link.SUM, 1);
    CountedDamages damages = new CountedDamages(instance.shape(), instance, 1);
    damages.damage(new int[] {0, 0, 0});
    damages.damage(new int[] {0, 0, 0});
    assertThat(damages.count()).isEqualTo(1);
    assertThatThrownBy(() -> damages.damage(new int[] {0, 0, 1}))
        .isInstanceOf(CountedDamages.Spent.class)
        .hasMessageContaining("all 1 evaluations");
    assertThatThrownBy(() -> damages.damage(new int[] {0, 0, 2}))
        .hasMessageContaining("no plan of 'small'");
  }

  @Test
  void refusesTablesThatAreNone() {
    assertThatThrownBy(() -> new TableShape("x", List.of(List.of(0, 3)), new double[][] {{1, 2}}))
        .hasMessageContaining("layer 3");
    assertThatThrownBy(
            () -> new TableShape("x", List.of(List.of(0, 1)), new double[][] {{1, 2}, {1}}))
        .hasMessageContaining("differ in their number of options");
    assertThatThrownBy(() -> new TableShape("x", List.of(), new double[][] {{}}))
        .hasMessageContaining("layer 0");
  }
}
