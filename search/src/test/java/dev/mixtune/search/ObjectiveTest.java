package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.UserException;
import org.junit.jupiter.api.Test;

class ObjectiveTest {

  @Test
  void readsLists() {
    assertThat(Objective.parse("accuracy,latency,size"))
        .containsExactly(Objective.ACCURACY, Objective.LATENCY, Objective.SIZE);
    assertThat(Objective.parse(" Size , accuracy"))
        .containsExactly(Objective.ACCURACY, Objective.SIZE);
  }

  @Test
  void refusesUnknownNames() {
    assertThatThrownBy(() -> Objective.parse("accuracy,speed"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'speed'")
        .hasMessageContaining("accuracy, latency, size");
    assertThatThrownBy(() -> Objective.parse("")).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> Objective.parse("size,")).isInstanceOf(UserException.class);
  }

  @Test
  void readsEvaluations() {
    Evaluation evaluation = Toys.scored(Toys.plan(1), 0.25, 0.5, 77);
    assertThat(Objective.ACCURACY.of(evaluation)).isCloseTo(0.25, within(1e-12));
    assertThat(Objective.LATENCY.of(evaluation)).isEqualTo(0.5);
    assertThat(Objective.SIZE.of(evaluation)).isEqualTo(77);
  }
}
