package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.chain.KernelChain;
import dev.mixtune.engine.chain.Link;
import dev.mixtune.engine.chain.Link.Convolution;
import dev.mixtune.engine.chain.Link.Dense;
import dev.mixtune.engine.chain.Link.Product;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainGridTest {
  private static final long MOST = 300_000_000;

  private static List<Experiment> first(int count) {
    return new ChainGrid(MOST, 20).first(count);
  }

  @Test
  void aLongerGridBeginsWithTheShorterOne() {
    assertThat(first(200).subList(0, 60)).isEqualTo(first(60));
  }

  @Test
  void oneRoundHasEveryKindOfKernelAndScheme() {
    List<Experiment> round = first(ChainGrid.CYCLE);
    List<Link> links = round.stream().flatMap(e -> e.chain().links().stream()).toList();
    assertThat(links).hasAtLeastOneElementOfType(Product.class);
    assertThat(links).hasAtLeastOneElementOfType(Dense.class);
    assertThat(links)
        .anySatisfy(link -> assertThat(link.id()).matches("conv[0-9]+k[35].*"))
        .anySatisfy(link -> assertThat(link.id()).matches("conv[0-9]+k1r?"))
        .anySatisfy(link -> assertThat(link.id()).matches("conv[0-9]+k[0-9]s2.*"))
        .anySatisfy(link -> assertThat(link.id()).matches("conv[0-9]+k[0-9](s2)?g[0-9]+r"))
        .anySatisfy(link -> assertThat(link.id()).startsWith("add"))
        .anySatisfy(link -> assertThat(link.id()).startsWith("concat"));
    assertThat(round.stream().flatMap(e -> e.variants().stream()).flatMap(List::stream))
        .contains(
            Scheme.F32,
            Scheme.W8A8,
            Scheme.W8A8_DYNAMIC,
            Scheme.W8_BLOCK,
            Scheme.W4_BLOCK,
            Scheme.W2_BLOCK);
    assertThat(round.stream().flatMap(e -> e.variants().stream()))
        .anyMatch(schemes -> schemes.stream().distinct().count() > 1);
  }

  @Test
  void noChainIsThereTwiceAndNoneIsTooLarge() {
    List<Experiment> grid = first(400);
    assertThat(grid).hasSize(400);
    assertThat(grid.stream().map(e -> e.chain().id())).doesNotHaveDuplicates();
    for (Experiment experiment : grid) {
      assertThat(Size.of(experiment.chain()).macs()).isBetween(20_000L, 2 * MOST);
      for (List<Scheme> schemes : experiment.variants()) {
        assertThat(schemes).hasSize(experiment.chain().layers());
      }
    }
  }

  @Test
  void halvesAndQuartersOfTheSequenceCoverTheInterval() {
    for (int axis = 0; axis < 4; axis++) {
      boolean[] tenths = new boolean[10];
      for (int index = 1; index <= 60; index++) {
        tenths[(int) (10 * Halton.at(index, axis))] = true;
      }
      assertThat(tenths).as("axis %d", axis).doesNotContain(false);
    }
    // 1, 2, 3 in base 2 are 0.1, 0.01, 0.11
    assertThat(Halton.at(1, 0)).isEqualTo(0.5);
    assertThat(Halton.at(2, 0)).isEqualTo(0.25);
    assertThat(Halton.at(3, 0)).isEqualTo(0.75);
  }

  @Test
  void knowsHowLargeAChainIsBeforeItIsBuilt() {
    KernelChain chain =
        new KernelChain(
            List.of(1L, 8L, 7L, 7L),
            List.of(
                new Convolution(16, 3, 2, 1, true),
                new Link.Concatenation(1),
                new Link.GlobalAverage(),
                new Dense(10)));
    // The concatenation needs equal sides in a real chain; sizes do not look.
    assertThat(Size.of(chain).weights()).isEqualTo(8 * 9 * 16 + 24 * 10);
    assertThat(Size.of(chain).macs()).isEqualTo(16 * 8 * 9 * 16 + 24 * 10);
  }
}
