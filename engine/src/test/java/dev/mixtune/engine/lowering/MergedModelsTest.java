package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.runtime.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergedModelsTest {
  private static final List<Scheme> SCHEMES = List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);

  @Test
  void answersLikeEachModelAloneAndSharesWhatIsTheSame() throws Exception {
    TestNetworks network = TestNetworks.calibrated(TestKit.file("cifar10-resnet8/model.onnx"));
    int layers = network.network().layers().size();
    List<byte[]> models = new ArrayList<>();
    for (Scheme before : SCHEMES) {
      for (Scheme last : SCHEMES) {
        Plan plan = network.uniform(Scheme.W8A8).with(layers - 2, before).with(layers - 1, last);
        models.add(network.lowering().lower(plan).model());
      }
    }
    byte[] merged = MergedModels.merge(models);
    try (Session together = network.runtime().open(merged, 1)) {
      List<Tensor> answers = together.run(network.inputs());
      assertThat(answers).hasSize(9);
      for (int i = 0; i < models.size(); i++) {
        try (Session alone = network.runtime().open(models.get(i), 1)) {
          Tensor.Floats expected = (Tensor.Floats) alone.run(network.inputs()).get(0);
          assertThat(((Tensor.Floats) answers.get(i)).values()).isEqualTo(expected.values());
        }
      }
    }
    int nodes = ModelProto.parseFrom(merged).getGraph().getNodeCount();
    int alone = ModelProto.parseFrom(models.get(0)).getGraph().getNodeCount();
    assertThat(nodes).as("the first layers are there once").isLessThan(3 * alone);
  }

  @Test
  void refusesWhatIsNoModel() {
    byte[] text = "no model".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> MergedModels.merge(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
