package dev.mixtune.search;

import static dev.mixtune.search.Toys.entry;
import static dev.mixtune.search.Toys.fourWidths;
import static dev.mixtune.search.Toys.menu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {
  private static final MenuEntry FLOAT = entry(Scheme.F32, 400, 0, 4);
  private static final MenuEntry EIGHT = entry(Scheme.W8A8, 100, 1, 1);
  private static final MenuEntry FOUR = entry(Scheme.W4A8, 50, 2, 1);

  /** Layers 0 and 3 tied, layer 1 on its own, layer 2 in no menu. */
  private final SearchSpace space =
      SearchSpace.of(
          4,
          List.of(
              new Menu("tied", List.of(0, 3), List.of(FLOAT, EIGHT, FOUR)), menu(1, FLOAT, EIGHT)));

  @Test
  void mapsOptionsToPlansAndBack() {
    Plan plan = space.plan(new int[] {2, 1});
    assertThat(plan.key()).isEqualTo("w4a8 w8a8 f32 w4a8");
    assertThat(space.options(plan)).containsExactly(2, 1);
  }

  @Test
  void enumeratesEveryPlanOnce() {
    assertThat(space.combinations()).isEqualTo(BigInteger.valueOf(6));
    List<Plan> all = space.enumerate();
    assertThat(new HashSet<>(all)).hasSize(6);
    assertThat(all).hasSize(6).allMatch(space::contains);
    assertThat(all.get(0).key()).isEqualTo("f32 f32 f32 f32");
    assertThat(all.get(5).key()).isEqualTo("w4a8 w8a8 f32 w4a8");
  }

  @Test
  void countsBeyondLong() {
    List<Menu> menus = IntStream.range(0, 160).mapToObj(Toys::fourWidths).toList();
    assertThat(SearchSpace.of(160, menus).combinations()).isEqualTo(BigInteger.TWO.pow(320));
  }

  @Test
  void rejectsPlansOutside() {
    assertOutside("w4a8 w8a8 f32 w8a8", "tied layers differ");
    assertOutside("w4a8 w8a8 w8a8 w4a8", "a layer in no menu stays float");
    assertOutside("w4a8 w4a8 f32 w4a8", "no such entry");
    assertOutside("w4a8 w8a8 f32", "too short");
    assertThatThrownBy(() -> space.plan(new int[] {3, 0})).hasMessageContaining("'tied'");
    assertThatThrownBy(() -> space.plan(new int[] {0})).hasMessageContaining("1 options");
  }

  private void assertOutside(String key, String why) {
    assertThat(space.contains(Plan.parse(key))).as(why).isFalse();
    assertThatThrownBy(() -> space.options(Plan.parse(key))).hasMessageContaining(key);
  }

  @Test
  void refusesOverlappingMenus() {
    assertThatThrownBy(() -> SearchSpace.of(1, List.of(fourWidths(1))))
        .hasMessageContaining("'layer1': layer 1 of 1");
    assertThatThrownBy(
            () ->
                SearchSpace.of(
                    2, List.of(new Menu("both", List.of(0, 1), List.of(EIGHT)), fourWidths(1))))
        .hasMessageContaining("'layer1': layer 1 of 2");
    assertThatThrownBy(() -> SearchSpace.of(2, List.of(fourWidths(1), fourWidths(1))))
        .hasMessageContaining("two menus for group 'layer1'");
    assertThatThrownBy(() -> SearchSpace.of(2, List.of())).hasMessageContaining("at least one");
  }

  @Test
  void uniformPlansTakeTheNextWiderWidth() {
    SearchSpace mixed =
        SearchSpace.of(
            3,
            List.of(
                menu(0, entry(Scheme.F16, 200, 0, 4), EIGHT, FOUR),
                menu(1, entry(Scheme.F16, 200, 0, 4), entry(Scheme.W2A8, 25, 9, 1)),
                menu(2, EIGHT)));
    assertThat(UniformPlans.of(mixed).keySet()).containsExactly(16, 8, 4, 2);
    assertThat(UniformPlans.of(mixed).get(16).key()).isEqualTo("f16 f16 w8a8");
    assertThat(UniformPlans.of(mixed).get(8).key()).isEqualTo("w8a8 f16 w8a8");
    assertThat(UniformPlans.of(mixed).get(4).key()).isEqualTo("w4a8 f16 w8a8");
    assertThat(UniformPlans.of(mixed).get(2).key()).isEqualTo("w4a8 w2a8 w8a8");
  }

  @Test
  void layersThatStayFloatAddNoUniformPlan() {
    MenuEntry untouched = entry(Scheme.F32, 400, 0, 5);
    SearchSpace excluded =
        SearchSpace.of(
            2, List.of(menu(0, untouched), menu(1, entry(Scheme.F16, 200, 0, 4), EIGHT)));
    assertThat(UniformPlans.of(excluded).keySet()).containsExactly(16, 8);
    assertThat(UniformPlans.of(excluded).get(16).key()).isEqualTo("f32 f16");
    assertThat(UniformPlans.of(excluded).get(8).key()).isEqualTo("f32 w8a8");
    SearchSpace allFloat = SearchSpace.of(2, List.of(menu(0, untouched), menu(1, untouched)));
    assertThat(UniformPlans.of(allFloat)).containsOnlyKeys(32);
  }

  @Test
  void equalUniformPlansAreListedOnceUnderTheNarrowestWidth() {
    SearchSpace fixed = SearchSpace.of(2, List.of(menu(0, FOUR), menu(1, EIGHT)));
    assertThat(UniformPlans.of(fixed)).containsOnlyKeys(4);
    assertThat(UniformPlans.of(fixed).get(4).key()).isEqualTo("w4a8 w8a8");
  }

  @Test
  void uniformPlansTakeTheFastestSchemeOfAWidth() {
    MenuEntry fast = entry(Scheme.W8A8, 110, 3, 1);
    MenuEntry slow = entry(Scheme.W8_BLOCK, 100, 1, 2);
    MenuEntry alsoFast = entry(Scheme.W8A8_DYNAMIC, 120, 2, 1);
    SearchSpace wide = SearchSpace.of(1, List.of(menu(0, slow, fast, alsoFast)));
    assertThat(UniformPlans.of(wide)).containsOnlyKeys(8);
    assertThat(UniformPlans.of(wide).get(8).key()).isEqualTo("w8a8d");
  }

  @Test
  void uniformPlansIgnoreStrikes() {
    MenuEntry better = entry(Scheme.W4A8, 50, 0.5, 1);
    SearchSpace struck = SearchSpace.of(1, List.of(menu(0, EIGHT, better)));
    assertThat(struck.struck()).extracting(Menus.Struck::entry).containsExactly(EIGHT);
    Plan eight = UniformPlans.of(struck).get(8);
    assertThat(eight.key()).isEqualTo("w8a8");
    assertThat(struck.contains(eight)).isFalse();
    assertThat(struck.offers(eight)).isTrue();
    assertThat(struck.offers(Plan.uniform(1, Scheme.W2A8))).isFalse();
  }
}
