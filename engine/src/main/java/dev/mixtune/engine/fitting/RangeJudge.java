package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.ActivationsOnlyModel;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures what activation ranges cost on a few samples. Walks through the network: ranges in front
 * of the present piece are settled, and the values that leave them are computed once.
 */
final class RangeJudge implements AutoCloseable {
  private final ModelRuntime runtime;
  private final Parallel parallel;
  private final ActivationsOnlyModel activations;
  private final ModelProto model;
  private final List<String> outputs;
  private final List<String> cuts;
  private final Map<String, Integer> pieces = new HashMap<>();
  private final OutputDistance distance;
  private List<Map<String, Tensor>> batches;
  private @Nullable String given;
  private Session session;
  private int piece;

  /**
   * @param floats the network's float values
   */
  RangeJudge(
      Network network,
      ModelRuntime runtime,
      ActivationsOnlyModel activations,
      Set<String> floats,
      List<Map<String, Tensor>> batches,
      Parallel parallel) {
    this.runtime = runtime;
    this.parallel = parallel;
    this.activations = activations;
    this.batches = batches;
    try {
      this.model = ModelProto.parseFrom(activations.model());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a model of ours cannot be read", e);
    }
    this.outputs = model.getGraph().getOutputList().stream().map(out -> out.getName()).toList();
    this.cuts = ModelPieces.cuts(model, activations.gridInputs(), floats);
    findPieces();
    try (Session original = runtime.open(network.originalModel(), 1)) {
      this.distance = new OutputDistance(run(original, Map.of(), batches));
    }
    this.session = runtime.open(activations.model(), 1);
  }

  /** A tensor belongs to the piece whose nodes read it. */
  private void findPieces() {
    int now = 0;
    for (var node : model.getGraph().getNodeList()) {
      int present = now;
      node.getInputList().forEach(value -> pieces.putIfAbsent(value, present));
      if (now < cuts.size() && node.getOutputList().contains(cuts.get(now))) {
        now++;
      }
    }
  }

  /**
   * Walks to the piece that reads a tensor.
   *
   * @param settled ranges of everything before it
   */
  void goTo(String tensor, Calibration settled) {
    int next = pieces.getOrDefault(tensor, piece);
    if (next <= piece) {
      return;
    }
    String cut = cuts.get(next - 1);
    Map<String, Tensor> grids = activations.grids(settled);
    List<Map<String, Tensor>> reached = new ArrayList<>();
    try (Session before = open(List.of(cut))) {
      for (Map<String, Tensor> batch : batches) {
        reached.add(Map.of(cut, before.run(inputs(before, batch, grids)).get(0)));
      }
    }
    session.close();
    batches = reached;
    given = cut;
    piece = next;
    session = open(outputs);
  }

  private Session open(List<String> values) {
    Set<String> from = given == null ? Set.of() : Set.of(given);
    return runtime.open(PrefixModel.of(model, from, values).toByteArray(), 1);
  }

  /** Output errors of ranges that agree with the settled ones in front of the present piece. */
  double[] errors(List<Calibration> candidates) {
    double[] errors = new double[candidates.size()];
    parallel.forEach(
        errors.length,
        i -> errors[i] = distance.to(run(session, activations.grids(candidates.get(i)), batches)));
    return errors;
  }

  private static List<float[]> run(
      Session session, Map<String, Tensor> grids, List<Map<String, Tensor>> batches) {
    List<float[]> answers = new ArrayList<>();
    for (Map<String, Tensor> batch : batches) {
      for (Tensor output : session.run(inputs(session, batch, grids))) {
        if (output instanceof Tensor.Floats floats) {
          answers.add(floats.values());
        }
      }
    }
    return answers;
  }

  private static Map<String, Tensor> inputs(
      Session session, Map<String, Tensor> batch, Map<String, Tensor> grids) {
    Map<String, Tensor> inputs = new HashMap<>(grids);
    inputs.putAll(batch);
    inputs
        .keySet()
        .retainAll(session.inputs().stream().map(Session.Port::name).collect(Collectors.toSet()));
    return inputs;
  }

  @Override
  public void close() {
    session.close();
  }
}
