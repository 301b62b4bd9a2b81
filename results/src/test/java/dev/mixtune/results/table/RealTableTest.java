package dev.mixtune.results.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.FullTable;
import dev.mixtune.search.table.TablePoint;
import dev.mixtune.search.table.TableSearch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The stored table of a real network, on which every plan was evaluated. */
class RealTableTest {
  private static final double MOST_DROP = 0.03;

  private final FullTable table =
      FullTableFile.read(Path.of("tables/cifar10-resnet8.table")).table(MOST_DROP);

  @Test
  void noPlanBeatsTheExactFront() {
    List<TablePoint> front = table.bestKnownFront();

    for (int index = 0; index < 59_049; index++) {
      int[] plan = FullTable.plan(index, 10, 3);
      double cost = table.shape().cost(plan);
      double damage = table.trueDamage(plan);
      boolean onFront =
          front.stream().anyMatch(p -> p.plan().equals(Arrays.stream(plan).boxed().toList()));
      boolean beaten =
          front.stream()
              .anyMatch(
                  p ->
                      p.cost() <= cost
                          && p.damage() <= damage
                          && (p.cost() < cost || p.damage() < damage));
      boolean equalled = front.stream().anyMatch(p -> p.cost() == cost && p.damage() == damage);
      assertThat(beaten).as("plan %d", index).isEqualTo(!onFront && !equalled);
    }
  }

  @Test
  void threeHundredEvaluationsReachNearlyAllOfIt() {
    double exact = table.box().of(table.bestKnownFront());
    List<Double> shares = new ArrayList<>();
    for (long seed = 1; seed <= 5; seed++) {
      CountedDamages damages = new CountedDamages(table.shape(), table, 300);
      TableSearch.run(damages, seed, OptionalDouble.of(MOST_DROP));
      assertThat(damages.count()).isLessThanOrEqualTo(300);
      shares.add(table.box().of(TablePoint.front(damages.points())) / exact);
    }

    assertThat(shares.stream().sorted().toList().get(2)).isBetween(0.99, 1.0);
  }
}
