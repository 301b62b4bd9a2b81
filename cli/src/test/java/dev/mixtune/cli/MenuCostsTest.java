package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MenuCostsTest {
  private final Set<Plan> timed = new HashSet<>();

  private static Layer layer(int index, OperatorKind kind, long out) {
    List<Long> input = List.of(1L, 128L, 64L);
    List<Long> output = List.of(1L, 128L, out);
    return new Layer(
        index, "l" + index, kind, "l" + index, List.of(64L, out), input, output, 1, 64 * out);
  }

  private static Menu menu(int layer, double damage) {
    return new Menu(
        "l" + layer,
        List.of(layer),
        List.of(
            new MenuEntry(Scheme.W8A8, 100 + layer, damage, 0),
            new MenuEntry(Scheme.W4A8, 50 + layer, 2 * damage, 0)));
  }

  /** Four bits cost as many milliseconds more as the layer's place says. */
  private double millis(Plan plan) {
    timed.add(plan);
    double millis = 10;
    for (int i = 0; i < plan.size(); i++) {
      millis += plan.scheme(i) == Scheme.W4A8 ? 1 + i : 0;
    }
    return millis;
  }

  @Test
  void equalMatrixProductsAreTimedOnce() {
    List<Layer> layers =
        List.of(
            layer(0, OperatorKind.MATMUL, 64),
            layer(1, OperatorKind.MATMUL, 64),
            layer(2, OperatorKind.MATMUL, 256),
            layer(3, OperatorKind.CONV, 64),
            layer(4, OperatorKind.CONV, 64));
    MenuCosts costs = new MenuCosts(layers, this::millis, Plan.uniform(5, Scheme.W8A8));
    List<Menu> costed =
        List.of(menu(0, 0.1), menu(1, 0.2), menu(2, 0.3), menu(3, 0.4), menu(4, 0.5)).stream()
            .map(costs::costed)
            .toList();
    assertThat(costed)
        .extracting(menu -> menu.entries().get(1).latencyCostMillis())
        .containsExactly(1.0, 1.0, 3.0, 4.0, 5.0);
    assertThat(costed.get(1).entries().get(1)).isEqualTo(new MenuEntry(Scheme.W4A8, 51, 0.4, 1.0));
    assertThat(costed.get(1).group()).isEqualTo("l1");
    // The base plan, and one change in each layer but the second.
    assertThat(timed).hasSize(5);
  }
}
