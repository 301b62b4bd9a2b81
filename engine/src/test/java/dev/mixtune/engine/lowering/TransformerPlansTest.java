package dev.mixtune.engine.lowering;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.TestNetworks;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random plans for a sentence transformer (all-MiniLM-L6-v2), whose file the system property
 * mixtune.minilm names.
 */
@Tag("long")
class TransformerPlansTest {

  @Test
  void integerKernelsAreExactlyThePlans() {
    String file = System.getProperty("mixtune.minilm", "");
    assumeTrue(!file.isEmpty(), "needs -Dmixtune.minilm=all-minilm-l6-v2.onnx");
    TestNetworks test = TestNetworks.calibrated(Path.of(file), 1, Map.of("sequence_length", 16L));
    Random random = new Random(36);
    for (int i = 0; i < Integer.getInteger("mixtune.minilm.plans", 200); i++) {
      RandomZooTest.check(test, PlannedKernelsTest.randomPlan(test, random), "plan " + i);
    }
  }
}
