package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Computes some float values of a model, and no more of the model than they need. */
final class ValueReader implements AutoCloseable {
  private final List<String> computed;
  private final Set<String> given = new LinkedHashSet<>();
  private final Set<String> fed;
  private final @Nullable Session session;

  /**
   * @param values names of values: computed ones, or the model's inputs
   * @param known a float value that batches bring along, beside the model's inputs
   */
  ValueReader(
      ModelRuntime runtime,
      ModelProto model,
      Collection<String> values,
      Optional<String> known,
      int threads) {
    Set<String> inputs =
        model.getGraph().getInputList().stream()
            .map(input -> input.getName())
            .collect(Collectors.toSet());
    Set<String> from = known.map(Set::of).orElse(Set.of());
    inputs.addAll(from);
    Set<String> wanted = new LinkedHashSet<>(values);
    for (String value : wanted) {
      if (inputs.contains(value)) {
        given.add(value);
      }
    }
    wanted.removeAll(given);
    computed = List.copyOf(wanted);
    session =
        computed.isEmpty()
            ? null
            : runtime.open(PrefixModel.of(model, from, computed).toByteArray(), threads);
    fed =
        session == null
            ? Set.of()
            : session.inputs().stream().map(Session.Port::name).collect(Collectors.toSet());
  }

  /** The values for one batch, by name. */
  Map<String, Tensor.Floats> read(Map<String, Tensor> batch) {
    Map<String, Tensor.Floats> values = new HashMap<>();
    for (String value : given) {
      values.put(value, (Tensor.Floats) batch.get(value));
    }
    if (session != null) {
      Map<String, Tensor> inputs = new HashMap<>(batch);
      inputs.keySet().retainAll(fed);
      List<Tensor> outputs = session.run(inputs);
      for (int i = 0; i < computed.size(); i++) {
        values.put(computed.get(i), (Tensor.Floats) outputs.get(i));
      }
    }
    return values;
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
