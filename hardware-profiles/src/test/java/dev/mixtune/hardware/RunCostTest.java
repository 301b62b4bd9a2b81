package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunCostTest {
  private static final KernelUse PRODUCT = Networks.matmul(Arithmetic.FLOAT, 32, 128, 384, 1536);

  /** 30,522 words of 384 numbers, of which 128 words are read. */
  private static final KernelUse LOOK_UP =
      new KernelUse(Op.OTHER, Arithmetic.FLOAT, 0, "embeddings", 0, 128, 128L * 384, 30_522L * 384);

  @Test
  void aTableThatIsLookedUpInIsNotFetched() {
    RunCost run =
        new RunCost(
            10, List.of(new RunCost.Fetch(1 << 20, 0.25)), Basis.MEASURED, "made for a test");

    // 4 x 384 x 1536 bytes of weights, 1 MiB of which stay in the cache.
    double nanos = 10_000 + 0.25 * (2_359_296 - 1_048_576);
    assertThat(run.nanos(List.of(PRODUCT))).isEqualTo(nanos);
    assertThat(run.nanos(List.of(LOOK_UP, PRODUCT))).isEqualTo(nanos);
  }
}
