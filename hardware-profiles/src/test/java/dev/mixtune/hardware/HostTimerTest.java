package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.engine.runtime.Session.Prepared;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class HostTimerTest {
  private static final TimerSettings QUICK =
      new TimerSettings(0.01, 0.95, 10_000_000_000L, 2, 20, 0.05, 3);

  /** A machine whose clock is a script: it knows how many runs there were. */
  private static final class Machine {
    final Random random = new Random(7);
    final StringBuilder order = new StringBuilder();
    int runs;
    int closed;

    Prepared model(char name, LongSupplier nanos) {
      return new Prepared() {
        @Override
        public long runNanos() {
          runs++;
          order.append(name);
          return nanos.getAsLong();
        }

        @Override
        public void close() {
          closed++;
        }
      };
    }

    long noisy(double nanos) {
      double outlier = random.nextInt(10) == 0 ? 5 : 1;
      return Math.round(nanos * outlier * (1 + 0.01 * random.nextGaussian()));
    }
  }

  @Test
  void findsTheRatioDespiteOutliers() {
    Machine machine = new Machine();
    HostTiming timing =
        new HostTimer(QUICK)
            .time(
                machine.model('c', () -> machine.noisy(400_000)),
                machine.model('f', () -> machine.noisy(1_000_000)));
    assertThat(timing.latency().ratio()).isCloseTo(0.4, within(0.01));
    assertThat(timing.latency().millis()).isCloseTo(0.4, within(0.01));
    assertThat(timing.floatMillis()).isCloseTo(1, within(0.02));
    assertThat(timing.latency().relativeError()).isLessThanOrEqualTo(0.01);
    assertThat(timing.latency().basis()).isEqualTo(Basis.MEASURED);
    assertThat(timing.precise()).isTrue();
    assertThat(timing.steady()).isTrue();
    assertThat(timing.ratioLow()).isLessThanOrEqualTo(timing.latency().ratio());
    assertThat(timing.ratioHigh()).isGreaterThanOrEqualTo(timing.latency().ratio());
  }

  @Test
  void alternatesTheOrderWithinPairs() {
    Machine machine = new Machine();
    new HostTimer(QUICK).time(machine.model('c', () -> 5), machine.model('f', () -> 10));
    // Two warm-up pairs, then twenty pairs, which agree exactly.
    assertThat(machine.order).hasToString("fcfc" + "fccf".repeat(10));
  }

  @Test
  void slowSpellsOfTheMachineCancel() {
    Machine machine = new Machine();
    // Every seventh pair of runs is three times slower, both models alike.
    LongSupplier spell = () -> (machine.runs / 2) % 7 == 0 ? 3 : 1;
    HostTiming timing =
        new HostTimer(QUICK)
            .time(
                machine.model('c', () -> 700 * spell.getAsLong()),
                machine.model('f', () -> 1000 * spell.getAsLong()));
    assertThat(timing.latency().ratio()).isCloseTo(0.7, within(1e-9));
  }

  @Test
  void measuresAgainWhenTheMachineDrifts() {
    Machine machine = new Machine();
    // The clock drops by a third in the middle of the first block: 2 warm-up pairs + 10 pairs.
    LongSupplier slow = () -> machine.runs > 24 ? 3 : 2;
    HostTiming timing =
        new HostTimer(QUICK)
            .time(
                machine.model('c', () -> 500 * slow.getAsLong()),
                machine.model('f', () -> 1000 * slow.getAsLong()));
    assertThat(timing.blocks()).isEqualTo(2);
    assertThat(timing.steady()).isTrue();
    assertThat(timing.drift()).isZero();
    assertThat(timing.floatMillis()).isCloseTo(0.003, within(1e-12));
    assertThat(timing.latency().ratio()).isEqualTo(0.5);
  }

  @Test
  void saysSoWhenTheMachineNeverSettles() {
    Machine machine = new Machine();
    HostTiming timing =
        new HostTimer(QUICK)
            .time(
                machine.model('c', () -> 1000L + 20L * machine.runs),
                machine.model('f', () -> 1000L + 20L * machine.runs));
    assertThat(timing.blocks()).isEqualTo(3);
    assertThat(timing.steady()).isFalse();
    // The slope is constant, so the last block drifted least in proportion.
    assertThat(timing.drift()).isBetween(0.05, 0.4);
  }

  @Test
  void stopsAtTheCap() {
    Machine machine = new Machine();
    HostTiming timing =
        new HostTimer(QUICK.withCapNanos(1_000_000))
            .time(
                machine.model('c', () -> 1 + machine.random.nextInt(20_000)),
                machine.model('f', () -> 10_000));
    // A pair takes 20 microseconds on average; the noise would need far more pairs than 50.
    assertThat(timing.pairs()).isBetween(30, 80);
    assertThat(timing.precise()).isFalse();
    assertThat(timing.latency().relativeError()).isGreaterThan(0.01);
  }

  @Test
  void finishesTheFewestPairsThatHaveAnInterval() {
    Machine machine = new Machine();
    HostTiming timing =
        new HostTimer(QUICK.withCapNanos(1))
            .time(machine.model('c', () -> 3_000_000), machine.model('f', () -> 4_000_000));
    assertThat(timing.pairs()).isEqualTo(6);
    assertThat(timing.latency().ratio()).isEqualTo(0.75);
  }

  @Test
  void survivesAClockThatStandsStill() {
    Machine machine = new Machine();
    HostTiming timing =
        new HostTimer(QUICK).time(machine.model('c', () -> 0), machine.model('f', () -> 0));
    assertThat(timing.latency().ratio()).isEqualTo(1);
    assertThat(timing.latency().millis()).isPositive();
  }

  @Test
  void preparesAndClosesSessions() {
    Machine machine = new Machine();
    List<Map<String, Tensor>> bound = new ArrayList<>();
    Map<String, Tensor> inputs = Map.of("x", new Tensor.Floats(new float[1], new long[] {1}));
    HostTiming timing =
        new HostTimer(QUICK)
            .time(
                session(bound, machine.model('c', () -> 30)),
                session(bound, machine.model('f', () -> 60)),
                inputs);
    assertThat(timing.latency().ratio()).isEqualTo(0.5);
    assertThat(machine.closed).isEqualTo(2);
    assertThat(bound).containsExactly(inputs, inputs);
  }

  @Test
  void refusesSettingsThatNeverEnd() {
    assertThatThrownBy(() -> QUICK.withCapNanos(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QUICK.withRelativeError(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Session session(List<Map<String, Tensor>> bound, Prepared prepared) {
    return new Session() {
      @Override
      public List<Port> inputs() {
        return List.of();
      }

      @Override
      public List<Port> outputs() {
        return List.of();
      }

      @Override
      public List<Tensor> run(Map<String, Tensor> inputs) {
        throw new AssertionError("timing must not copy outputs");
      }

      @Override
      public Prepared prepare(Map<String, Tensor> inputs) {
        bound.add(inputs);
        return prepared;
      }

      @Override
      public void close() {
        throw new AssertionError("the opener closes the session");
      }
    };
  }
}
