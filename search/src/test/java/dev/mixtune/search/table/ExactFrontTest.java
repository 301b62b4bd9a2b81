package dev.mixtune.search.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.search.table.TableInstance.Noise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExactFrontTest {

  /** Every plan, by counting. */
  static List<TablePoint> everything(TableInstance instance) {
    TableShape shape = instance.shape();
    List<TablePoint> points = new ArrayList<>();
    int[] options = new int[shape.genes()];
    int position;
    do {
      int[] plan = shape.plan(options);
      points.add(
          new TablePoint(
              Arrays.stream(plan).boxed().toList(), shape.cost(plan), instance.trueDamage(plan)));
      position = options.length - 1;
      while (position >= 0 && ++options[position] == shape.options(position)) {
        options[position--] = 0;
      }
    } while (position >= 0);
    return points;
  }

  @ParameterizedTest
  @EnumSource(Link.class)
  void agreesWithTryingEverything(Link link) {
    TableInstance instance = TableGenerator.separable("small", 8, 3, link, 5);
    List<TablePoint> exact = ExactFront.of(instance).orElseThrow();
    List<TablePoint> brute = TablePoint.front(everything(instance));
    assertThat(exact).hasSameSizeAs(brute);
    for (int i = 0; i < brute.size(); i++) {
      assertThat(exact.get(i).cost()).isEqualTo(brute.get(i).cost());
      assertThat(exact.get(i).damage()).isCloseTo(brute.get(i).damage(), within(1e-12));
    }
  }

  @Test
  void groupsChooseTogether() {
    double[][] costs = {{4, 1}, {8, 2}, {4, 1}};
    double[][] damages = {{0, 0.1}, {0, 0.2}, {0, 0.3}};
    TableInstance instance =
        new TableInstance(
            new TableShape("grouped", List.of(List.of(0, 2)), costs),
            damages,
            Link.SUM,
            List.of(),
            Noise.NONE);
    assertThat(instance.shape().genes()).isEqualTo(2);
    assertThat(ExactFront.of(instance).orElseThrow())
        .extracting(TablePoint::cost)
        .containsExactly(4.0, 10.0, 16.0);
  }

  @Test
  void theKnownFrontOfAnEntangledInstanceIsNearlyThatOfEverything() {
    TableInstance instance = TableGenerator.entangled("pairs", 9, 3, Link.SUM, 0, 3);
    assertThat(ExactFront.of(instance)).isEmpty();
    FrontVolume box = FrontVolume.of(instance);
    double brute = box.of(everything(instance));
    assertThat(box.of(KnownFront.of(instance, 1))).isBetween(0.9999 * brute, brute + 1e-12);
  }

  @Test
  void volumeIsTheAreaUnderTheSteps() {
    FrontVolume box = new FrontVolume(0, 0, 10, 1);
    List<TablePoint> points =
        List.of(
            new TablePoint(List.of(0), 2, 0.5),
            new TablePoint(List.of(1), 5, 0.1),
            new TablePoint(List.of(2), 6, 0.4),
            new TablePoint(List.of(3), 11, 0));
    assertThat(box.of(points)).isCloseTo(0.8 * 0.5 + 0.5 * 0.4, within(1e-12));
  }
}
