package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class StudyStoreTest extends StudyStoreFixture {
  @Test
  void aSecondOpenFindsEveryRowInRecordingOrder() {
    Evaluation failed =
        Evaluation.failed(Plan.uniform(12, Scheme.W2A8), "kernels-x", "output is NaN");
    PairedScore holdout = new PairedScore(6000, 0.91, 0.905, 0.001, 0.009, 5430, 40, 10);
    try (StudyStore store = open()) {
      for (int number : new int[] {5, 3, 9}) {
        store.record(evaluation(number));
      }
      store.record(failed);
      store.record(evaluation(1), 2.25);
      store.recordLatency("kernels-1", new Latency(2.5, 0.25, 0.02, Basis.MODELLED));
      store.recordHoldout(evaluation(9).plan(), Rounding.LIBRARY, holdout);
      store.putDocument("sensitivity", "{\"a\":1}");
      store.putDocument("sensitivity", "{\"a\":2}");
    }
    try (StudyStore store = open()) {
      assertThat(store.evaluations())
          .containsExactly(evaluation(5), evaluation(3), evaluation(9), failed, evaluation(1));
      assertThat(store.find(evaluation(3).plan())).contains(evaluation(3));
      assertThat(store.find(evaluation(4).plan())).isEmpty();
      assertThat(store.findLatency("kernels-1"))
          .contains(new Latency(2.5, 0.25, 0.02, Basis.MODELLED));
      assertThat(store.findLatency("kernels-2")).isEmpty();
      assertThat(store.findHoldout(evaluation(9).plan(), Rounding.LIBRARY)).contains(holdout);
      assertThat(store.document("sensitivity")).contains("{\"a\":2}");
      assertThat(store.contents().rows().get(4))
          .isEqualTo(new RecordedEvaluation(evaluation(1), OptionalDouble.of(2.25), NOW));
      assertThat(store.contents().identity()).containsExactlyEntriesOf(identity());
    }
  }

  @Test
  void aPredictedLatencyGivesWayToTheMeasuredOneOfItsKernels() {
    Evaluation measured = evaluation(1);
    Evaluation predicted =
        new Evaluation(
            evaluation(3).plan(),
            evaluation(3).score(),
            new Latency(9, 0.9, 0.08, Basis.MODELLED),
            100,
            4,
            "kernels-1",
            null);
    Latency latency = new Latency(2.5, 0.25, 0.02, Basis.MEASURED);
    try (StudyStore store = open()) {
      store.record(predicted);
      store.record(measured);
      assertThat(store.find(predicted.plan())).contains(predicted);

      store.recordLatency("kernels-1", latency);

      assertThat(store.find(predicted.plan()).orElseThrow().latency()).isEqualTo(latency);
      assertThat(store.evaluations())
          .as("all plans of these kernels agree")
          .extracting(Evaluation::latency)
          .containsExactly(latency, latency);
    }
  }

  @Test
  void aPlanWithWeightsOfItsOwnIsAnotherEvaluation() {
    PairedScore holdout = new PairedScore(6000, 0.91, 0.905, 0.001, 0.009, 5430, 40, 10);
    PairedScore other = new PairedScore(6000, 0.91, 0.908, 0.000, 0.004, 5448, 30, 18);
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      store.record(inContext(1), 3.5, "c0ffee");
      store.record(inContext(1), 9.5, "decaf");
      store.recordHoldout(evaluation(1).plan(), Rounding.LIBRARY, holdout);
      store.recordHoldout(evaluation(1).plan(), Rounding.CONTEXT, other);
    }
    try (StudyReader reader = StudyReader.open(file())) {
      Plan plan = evaluation(1).plan();
      assertThat(reader.evaluations()).containsExactly(evaluation(1), inContext(1));
      assertThat(reader.find(plan)).contains(evaluation(1));
      assertThat(reader.find(plan, Rounding.CONTEXT)).contains(inContext(1));
      assertThat(reader.fileSha256(plan, Rounding.CONTEXT)).contains("c0ffee");
      assertThat(reader.fileSha256(plan, Rounding.LIBRARY)).isEmpty();
      assertThat(reader.findHoldout(plan, Rounding.LIBRARY)).contains(holdout);
      assertThat(reader.findHoldout(plan, Rounding.CONTEXT)).contains(other);
    }
    assertThat(inContext(1).id()).isEqualTo(evaluation(1).plan().id() + "-context");
    assertThat(evaluation(1).id()).isEqualTo(evaluation(1).plan().id());
  }

  @Test
  void whatIsRecordedTwiceKeepsItsFirstValue() {
    Evaluation other = Evaluation.failed(evaluation(1).plan(), "kernels-1", "something else");
    Latency first = new Latency(1, 0.5, 0, Basis.MEASURED);
    try (StudyStore store = open()) {
      store.record(evaluation(1));
      store.record(other);
      store.recordLatency("k", first);
      store.recordLatency("k", new Latency(2, 0.7, 0, Basis.MEASURED));
      assertThat(store.evaluations()).containsExactly(evaluation(1));
      assertThat(store.findLatency("k")).contains(first);
    }
  }

  @Test
  void kernelsThatAreTimedAgainChangeAllTheirPlans() {
    Latency again = new Latency(1.9, 0.19, 0.01, Basis.MEASURED);
    try (StudyStore store = open()) {
      store.recordLatency("kernels-1", new Latency(2, 0.2, 0.05, Basis.MEASURED));
      store.recordLatency("kernels-2", new Latency(3, 0.3, 0.05, Basis.MEASURED));
      store.record(evaluation(1));
      store.record(inContext(1));

      store.replaceLatency("kernels-1", again);
      store.replaceLatency("never recorded", again);
    }
    try (StudyStore store = open()) {
      assertThat(store.findLatency("kernels-1")).contains(again);
      assertThat(store.findLatency("kernels-2").orElseThrow().ratio()).isEqualTo(0.3);
      assertThat(store.findLatency("never recorded")).isEmpty();
      assertThat(store.evaluations()).extracting(Evaluation::latency).containsExactly(again, again);
    }
  }

  @Test
  void anIntervalWithoutEndsComesBackAsItWas() {
    Evaluation open =
        new Evaluation(
            Plan.uniform(2, Scheme.W8A8),
            new PairedScore(1, 1, 1, Double.NaN, Double.POSITIVE_INFINITY, 1, 0, 0),
            new Latency(1, 1, 0, Basis.SCALED),
            1,
            8,
            "k",
            null);
    try (StudyStore store = open()) {
      store.record(open);
      assertThat(store.evaluations()).containsExactly(open);
    }
  }

  @Test
  void anotherRunsStudyIsRefusedWithTheFirstDifference() {
    open().close();
    Map<String, String> other = identity();
    other.put("seed", "8");
    other.put("target", "pixel8");
    assertThatThrownBy(() -> StudyStore.open(file(), other, CLOCK))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("its target is 'host', this run's is 'pixel8'")
        .hasMessageNotContaining("seed is");
    Map<String, String> more = identity();
    more.put("batch", "1");
    assertThatThrownBy(() -> StudyStore.open(file(), more, CLOCK))
        .hasMessageContaining("its batch is none, this run's is '1'");
    Map<String, String> fewer = identity();
    fewer.remove("model");
    assertThatThrownBy(() -> StudyStore.open(file(), fewer, CLOCK))
        .hasMessageContaining("its model is 'sha256:abc', this run's is none");
    assertThatCode(() -> open().close()).doesNotThrowAnyException();
  }

  @Test
  void climbsAreKeptWithAndWithoutAnEnd() {
    Evaluation whole = evaluation(1);
    List<Climb.Rung> rungs = List.of(new Climb.Rung(448, 12, 3), new Climb.Rung(576, 20, 3));
    Evaluation climbed =
        new Evaluation(
            whole.plan(),
            whole.rounding(),
            whole.score(),
            whole.latency(),
            whole.sizeBytes(),
            whole.storedWeightBits(),
            whole.kernelSignature(),
            null,
            new Climb(rungs, null));
    Evaluation discarded =
        new Evaluation(
            evaluation(2).plan(),
            whole.rounding(),
            null,
            whole.latency(),
            whole.sizeBytes(),
            whole.storedWeightBits(),
            whole.kernelSignature(),
            null,
            new Climb(rungs, new Climb.Discard(0.00425, 0.0071)));
    try (StudyStore store = StudyStore.open(file(), identity(), CLOCK)) {
      store.record(climbed);
      store.record(discarded);
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations()).containsExactly(climbed, discarded);
      assertThat(reader.evaluations().get(1).isDiscarded()).isTrue();
      assertThat(reader.evaluations().get(1).isFailed()).isTrue();
      assertThat(reader.evaluations().get(0).isDiscarded()).isFalse();
    }
  }

  private static Evaluation correlated() {
    return new Evaluation(
        Plan.uniform(12, Scheme.W8A8),
        new PairedScore(549, 0.8672, 0.8611, 0.002, 0.01, new PairedScore.Resampled(0.0093)),
        new Latency(1.5, 0.5, 0.01, Basis.MEASURED),
        70_000L,
        8.1,
        "kernels-1",
        null);
  }

  @Test
  void scoresThatCountNothingKeepTheirBound() {
    PairedScore holdout =
        new PairedScore(823, 0.87, 0.86, 0.001, 0.02, new PairedScore.Resampled(0.017));
    try (StudyStore store = open()) {
      store.record(correlated());
      store.record(evaluation(1));
      store.recordHoldout(correlated().plan(), Rounding.LIBRARY, holdout);
    }
    try (StudyStore store = open()) {
      assertThat(store.evaluations()).containsExactly(correlated(), evaluation(1));
      assertThat(store.findHoldout(correlated().plan(), Rounding.LIBRARY)).contains(holdout);
    }
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    open().close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      try (ResultSet version = statement.executeQuery("PRAGMA user_version")) {
        assertThat(version.getInt(1)).isEqualTo(3);
      }
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("format 99");
  }

  /** Plans 0 and 2 run the same kernels, plan 1 others; the first energy of a signature stays. */
  @Test
  void plansWithTheSameKernelsShareTheirEnergy() throws Exception {
    Energy energy = new Energy(1.0 / 3, 0.7);
    try (StudyStore store = open()) {
      store.recordEnergy("kernels-0", energy);
      store.recordEnergy("kernels-0", new Energy(9, 9));
      for (int i = 0; i < 3; i++) {
        store.record(evaluation(i).withEnergy(i == 1 ? null : energy));
      }
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations())
          .containsExactly(
              evaluation(0).withEnergy(energy), evaluation(1), evaluation(2).withEnergy(energy));
    }
  }

  @Test
  void aStudyFromBeforeThereWasEnergyIsReadAndGoesOn() throws Exception {
    try (StudyStore store = open()) {
      store.record(evaluation(0));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE energies");
    }
    try (StudyReader reader = StudyReader.open(file())) {
      assertThat(reader.evaluations()).containsExactly(evaluation(0));
    }
    try (StudyStore store = open()) {
      store.recordEnergy("kernels-0", new Energy(2, 0.5));
      assertThat(store.evaluations()).containsExactly(evaluation(0).withEnergy(new Energy(2, 0.5)));
    }
  }
}
