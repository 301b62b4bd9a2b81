package dev.mixtune.search;

import static dev.mixtune.search.Toys.entry;
import static dev.mixtune.search.Toys.menu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.List;
import org.junit.jupiter.api.Test;

class MenusTest {
  private static final MenuEntry FLOAT = entry(Scheme.F32, 400, 0, 4);
  private static final MenuEntry EIGHT = entry(Scheme.W8A8, 100, 1, 1);
  private static final MenuEntry FOUR = entry(Scheme.W4A8, 50, 2, 1);

  @Test
  void keepsWhatNothingBeats() {
    Menus menus = Menus.strike(List.of(menu(0, FOUR, FLOAT, EIGHT)));
    assertThat(menus.kept().get(0).entries()).containsExactly(FLOAT, EIGHT, FOUR);
    assertThat(menus.struck()).isEmpty();
  }

  @Test
  void strikesDominatedEntriesAndSaysByWhat() {
    MenuEntry slow = entry(Scheme.W8_BLOCK, 100, 1, 1.5);
    MenuEntry worst = entry(Scheme.W8A8_DYNAMIC, 100, 1.5, 2);
    Menus menus = Menus.strike(List.of(menu(0, worst, slow, EIGHT, FLOAT)));
    assertThat(menus.kept().get(0).entries()).containsExactly(FLOAT, EIGHT);
    assertThat(menus.struck())
        .containsExactly(
            new Menus.Struck("layer0", worst, EIGHT), new Menus.Struck("layer0", slow, EIGHT));
  }

  @Test
  void keepsTheFirstOfEqualEntries() {
    MenuEntry twin = entry(Scheme.W8_BLOCK, 100, 1, 1);
    Menus menus = Menus.strike(List.of(menu(0, EIGHT, twin), menu(1, twin, EIGHT)));
    assertThat(menus.kept().get(0).entries()).containsExactly(EIGHT);
    assertThat(menus.kept().get(1).entries()).containsExactly(twin);
    assertThat(menus.struck())
        .containsExactly(
            new Menus.Struck("layer0", twin, EIGHT), new Menus.Struck("layer1", EIGHT, twin));
  }

  @Test
  void costsAreDifferencesAroundABasePlan() {
    // One millisecond per integer layer, three per float layer, one more per change in between.
    LatencyModel model =
        plan -> {
          double millis = 0;
          for (int i = 0; i < plan.size(); i++) {
            millis += plan.scheme(i) == Scheme.F32 ? 3 : 1;
            boolean change = i > 0 && plan.scheme(i) != plan.scheme(i - 1);
            millis += change ? 1 : 0;
          }
          return millis;
        };
    Menu middle = menu(1, FLOAT, EIGHT);
    assertThat(middle.costed(model, Plan.uniform(3, Scheme.F32)).entries())
        .extracting(MenuEntry::latencyCostMillis)
        .containsExactly(0.0, 0.0);
    assertThat(middle.costed(model, Plan.uniform(3, Scheme.W8A8)).entries())
        .extracting(MenuEntry::latencyCostMillis)
        .containsExactly(4.0, 0.0);
  }

  @Test
  void refusesBadFigures() {
    assertThatThrownBy(() -> entry(Scheme.F32, -1, 0, 0)).hasMessageContaining("-1 bytes");
    assertThatThrownBy(() -> entry(Scheme.F32, 1, -0.5, 0)).hasMessageContaining("-0.5");
    assertThatThrownBy(() -> entry(Scheme.F32, 1, Double.NaN, 0)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> entry(Scheme.F32, 1, 0, Double.NaN)).hasMessageContaining("NaN");
  }

  @Test
  void refusesRepeatedLayersAndSchemes() {
    assertThatThrownBy(() -> menu(0, EIGHT, EIGHT)).hasMessageContaining("repeats a scheme");
    assertThatThrownBy(() -> new Menu("tied", List.of(2, 2), List.of(EIGHT)))
        .hasMessageContaining("'tied' repeats a layer");
    assertThatThrownBy(() -> new Menu("none", List.of(2), List.of()))
        .hasMessageContaining("'none' needs");
  }
}
