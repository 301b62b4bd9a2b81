package dev.mixtune.engine.lowering;

import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Small graphs that tests build, calibrate and lower. */
abstract class GraphFixture {
  @TempDir Path folder;

  TestNetworks network(TestGraphs graph, String... outputs) {
    return TestNetworks.calibrated(graph.outputs(outputs).write(folder));
  }

  static TestGraphs start() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 3, 8, 8);
    return graph;
  }
}
