package dev.mixtune.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.Link;
import dev.mixtune.search.table.TableGenerator;
import dev.mixtune.search.table.TableInstance;
import dev.mixtune.search.table.TablePoint;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompetitorTest {
  private final TableInstance instance = TableGenerator.separable("12x3", 12, 3, Link.SUM, 2);

  static List<Competitor> competitors() {
    return Competitor.all();
  }

  private List<TablePoint> points(Competitor competitor, int most, long seed) {
    CountedDamages damages = new CountedDamages(instance.shape(), instance, most);
    try {
      competitor.run(damages, seed);
    } catch (CountedDamages.Spent | Asking.Finished e) {
      assertThat(damages.count()).isLessThanOrEqualTo(most);
    }
    return damages.points();
  }

  @ParameterizedTest
  @MethodSource("competitors")
  void evaluatesPlansWithinItsNumberAndFindsAFront(Competitor competitor) {
    List<TablePoint> points = points(competitor, 120, 1);
    assertThat(points).hasSizeBetween(30, 120).doesNotHaveDuplicates();
    assertThat(TablePoint.front(points)).hasSizeGreaterThan(3);
    assertThat(instance.box().of(points)).isGreaterThan(0.3);
  }

  @ParameterizedTest
  @MethodSource("competitors")
  void theSameSeedAsksTheSame(Competitor competitor) {
    assertThat(points(competitor, 80, 5)).isEqualTo(points(competitor, 80, 5));
  }
}
