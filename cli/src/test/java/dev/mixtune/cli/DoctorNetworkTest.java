package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoctorNetworkTest {
  /** What is said of a model that is too large to be imported is what its import would say. */
  @Test
  void aModelThatIsOnlyListedIsDescribedAlike() {
    NetworkReader reader = new NetworkReader(OrtRuntime.start(Path.of("target", "natives")));
    Path model = Tune.ROOT.resolve("examples/fashion-mnist/model.onnx");
    DoctorNetwork listed = new DoctorNetwork(reader.facts(model, Map.of()));
    DoctorNetwork imported = new DoctorNetwork(reader.read(model, Map.of()));

    assertThat(listed.layers()).isEqualTo(imported.layers()).isNotEmpty();
    assertThat(listed.untouched()).isEqualTo(imported.untouched()).isNotEmpty();
  }
}
