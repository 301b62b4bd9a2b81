package dev.mixtune.training.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gradients of products with numbers are right, whatever the garbage collector does meanwhile. */
class FactorTest {
  private static NDManager manager;

  @BeforeAll
  static void start() {
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  @Test
  void aFactorOutlivesACollection() {
    assertThat(slope(x -> Factor.times(x, 0.375), 2f)).isCloseTo(0.375f, within(1e-6f));
  }

  @Test
  void aDivisorOutlivesACollection() {
    assertThat(slope(x -> Factor.over(x, 8), 2f)).isCloseTo(0.125f, within(1e-6f));
  }

  @Test
  void anExponentOutlivesACollection() {
    assertThat(slope(x -> Factor.power(x, -1), 2f)).isCloseTo(-0.25f, within(1e-6f));
  }

  /** The derivative, from many products: each has a number that might get lost. */
  private static float slope(UnaryOperator<NDArray> function, float at) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray x = manager.create(new float[] {at});
      x.setRequiresGradient(true);
      int functions = 200;
      try (GradientCollector collector = Torch.collect()) {
        NDArray sum = function.apply(x);
        for (int i = 1; i < functions; i++) {
          sum = sum.add(function.apply(x));
        }
        overwriteWhatIsFree();
        collector.backward(sum.sum());
      }
      return x.getGradient().toFloatArray()[0] / functions;
    }
  }

  /** Collects what nobody holds, and fills the memory that direct buffers had with other values. */
  private static void overwriteWhatIsFree() {
    List<ByteBuffer> taken = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      if (i % 100 == 0) {
        System.gc();
      }
      taken.add(ByteBuffer.allocateDirect(8).putLong(0, -1));
    }
    assertThat(taken).hasSize(1000);
  }
}
