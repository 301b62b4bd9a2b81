package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Network;
import java.util.ArrayList;
import java.util.List;

/** The quantized networks that ranges and weights are fitted in. */
final class UniformPlans {
  private UniformPlans() {}

  /**
   * Every layer at one width on integer kernels. Matrix products take their activation ranges from
   * each input, everything else from calibration. Layers without an integer kernel stay float.
   */
  static Plan of(Network network, int bits) {
    List<Scheme> schemes = new ArrayList<>();
    for (Layer layer : network.layers()) {
      boolean dynamic = layer.kind() == OperatorKind.MATMUL;
      schemes.add(
          layer.kind().isStoredOnly()
              ? Scheme.F32
              : Scheme.ofId("w" + bits + (dynamic ? "a8d" : "a8")));
    }
    return new Plan(schemes);
  }
}
