package dev.mixtune.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Inputs are copied out of the heap once per run: the memory for it must not pile up. */
class DirectMemoryTest {
  private static final byte[] SUM = sum();

  private static byte[] sum() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("a", -1, 1000);
    graph.input("b", -1, 1000);
    graph.node("Add", "y", List.of("a", "b"));
    return graph.outputs("y").model().toByteArray();
  }

  private static Tensor.Floats rows(int rows, float value) {
    float[] values = new float[rows * 1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = value + i;
    }
    return new Tensor.Floats(values, new long[] {rows, 1000});
  }

  private static void checkSum(Session session, int rows, float a, float b) {
    Map<String, Tensor> inputs = Map.of("a", rows(rows, a), "b", rows(rows, b));
    float[] sums = ((Tensor.Floats) session.run(inputs).get(0)).values();
    assertThat(sums).hasSize(rows * 1000);
    for (int i = 0; i < sums.length; i++) {
      assertThat(sums[i]).isEqualTo(a + i + (b + i));
    }
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** 300 runs of 2 x 400 kB in sessions of their own would be 240 MB. */
  @Test
  void runsUseTheSameMemoryAgain() {
    OrtRuntime runtime = TestKit.runtime();
    long before = directBytes();
    for (int run = 0; run < 300; run++) {
      try (Session session = runtime.open(SUM, 1)) {
        session.run(Map.of("a", rows(100, run), "b", rows(100, 1)));
      }
    }
    assertThat(directBytes() - before).isLessThan(10_000_000);
  }

  @Test
  void sessionsSideBySideDoNotMixTheirInputs() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> checks = new ArrayList<>();
      for (int worker = 0; worker < 4; worker++) {
        int number = worker;
        checks.add(
            workers.submit(
                () -> {
                  try (Session session = TestKit.runtime().open(SUM, 1)) {
                    for (int rows : new int[] {3, 1, 7, 2, 7, 1, 5, 3}) {
                      checkSum(session, rows, number, 10 * rows);
                    }
                  }
                }));
      }
      for (Future<?> check : checks) {
        check.get();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void oneSessionRunsSideBySideWithoutMixingInputs() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try (Session session = TestKit.runtime().open(SUM, 1)) {
      List<Future<?>> checks = new ArrayList<>();
      for (int worker = 0; worker < 4; worker++) {
        int number = worker;
        checks.add(
            workers.submit(
                () -> {
                  for (int run = 0; run < 100; run++) {
                    checkSum(session, 1 + (run + number) % 5, number, run);
                  }
                }));
      }
      for (Future<?> check : checks) {
        check.get();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void buffersAreLentToOneAtATimeAndTheSmallestThatFits() {
    DirectBuffers buffers = new DirectBuffers();
    ByteBuffer small = buffers.lend(10);
    ByteBuffer large = buffers.lend(1000);
    assertThat(large).isNotSameAs(small);
    buffers.giveBack(large);
    buffers.giveBack(small);

    assertThat(buffers.lend(5)).isSameAs(small);
    assertThat(buffers.lend(5)).isSameAs(large);
    assertThat(buffers.lend(5).capacity()).isEqualTo(5);
    buffers.giveBack(large);
    assertThat(buffers.lend(1001).capacity()).isEqualTo(1001);
    assertThat(buffers.lend(1000)).as("replaced by the larger one").isNotSameAs(large);
  }
}
