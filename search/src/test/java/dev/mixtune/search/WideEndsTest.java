package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link WideEnds}: which plans people write by hand. */
class WideEndsTest {
  @Test
  void endsAreWideAndTheRestIsNarrow() {
    SearchSpace space =
        SearchSpace.of(4, List.of(Toys.fourWidths(2), Toys.fourWidths(0), Toys.fourWidths(3)));

    assertThat(WideEnds.of(space).stream().map(Plan::key))
        .containsExactly("w8a8 f32 w4a8 w8a8", "w8a8 f32 w2a8 w8a8");
  }

  @Test
  void layersTiedToAnEndGoWithIt() {
    MenuEntry eight = Toys.entry(Scheme.W8A8, 8, 0.1, 1);
    MenuEntry four = Toys.entry(Scheme.W4A8, 4, 0.2, 1);
    Menu tied = new Menu("tied", List.of(0, 2), List.of(eight, four));
    SearchSpace space =
        SearchSpace.of(
            5,
            List.of(
                tied,
                Toys.menu(1, eight, four),
                Toys.menu(3, eight, four),
                Toys.menu(4, eight, four)));

    assertThat(WideEnds.of(space).stream().map(Plan::key))
        .containsExactly("w8a8 w4a8 w8a8 w4a8 w8a8");
  }

  @Test
  void uniformPlansWhoseEndsHaveNothingNarrowerAreNoNewPlans() {
    MenuEntry eight = Toys.entry(Scheme.W8A8, 8, 0.1, 1);
    SearchSpace space =
        SearchSpace.of(3, List.of(Toys.menu(0, eight), Toys.fourWidths(1), Toys.menu(2, eight)));

    assertThat(WideEnds.of(space)).isEmpty();
  }

  @Test
  void twoGroupsOrNoEightBitsGiveNone() {
    MenuEntry four = Toys.entry(Scheme.W4A8, 4, 0.2, 1);
    MenuEntry two = Toys.entry(Scheme.W2A8, 2, 0.3, 1);

    assertThat(WideEnds.of(SearchSpace.of(2, List.of(Toys.fourWidths(0), Toys.fourWidths(1)))))
        .isEmpty();
    assertThat(
            WideEnds.of(
                SearchSpace.of(
                    3,
                    List.of(
                        Toys.menu(0, four, two),
                        Toys.menu(1, four, two),
                        Toys.menu(2, four, two)))))
        .isEmpty();
  }
}
