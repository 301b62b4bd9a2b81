package dev.mixtune.cli;

import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Lengths of the model's open axes when it is timed: what the task sets, and for texts {@value
 * #USUAL_TOKENS} tokens where it sets nothing.
 *
 * @param lengths by the axis' name
 * @param tokens of each text; of no meaning for anything else
 * @param assumed names of axes that the task does not set
 */
record DeploymentAxes(Map<String, Long> lengths, int tokens, List<String> assumed) {
  static final int USUAL_TOKENS = 128;

  DeploymentAxes {
    lengths = Map.copyOf(lengths);
    assumed = List.copyOf(assumed);
  }

  /** Asks the model for its axes only where it reads texts: for anything else the task must say. */
  static DeploymentAxes of(Task task, ModelRuntime runtime) {
    Map<String, Long> lengths = new HashMap<>(task.latency().axes());
    if (task.text().isEmpty()) {
      return new DeploymentAxes(lengths, 1, List.of());
    }
    int usual = Math.min(USUAL_TOKENS, task.text().get().maxTokens().orElse(USUAL_TOKENS));
    int tokens = usual;
    List<String> assumed = new ArrayList<>();
    for (Session.Port port : inputs(task, runtime)) {
      if (port.shape().size() == 2 && port.axes().size() == 2) {
        String axis = port.axes().get(1);
        if (port.shape().get(1) < 0 && !axis.isEmpty() && !lengths.containsKey(axis)) {
          lengths.put(axis, (long) usual);
          assumed.add(axis);
        }
        tokens = (int) (long) lengths.getOrDefault(axis, (long) tokens);
      }
    }
    return new DeploymentAxes(lengths, tokens, assumed);
  }

  /** Empty for a model that does not open: whoever reads it will say why. */
  private static List<Session.Port> inputs(Task task, ModelRuntime runtime) {
    try (Session model = runtime.open(task.model(), 1)) {
      return model.inputs();
    } catch (RuntimeFailure e) {
      return List.of();
    }
  }

  /** {@code sequence 128 (assumed: latency.axes does not set it)}; empty without such axes. */
  Optional<String> sentence() {
    if (lengths.isEmpty()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    new TreeMap<>(lengths)
        .forEach(
            (axis, length) ->
                parts.add(
                    axis
                        + " "
                        + length
                        + (assumed.contains(axis)
                            ? " (assumed: latency.axes does not set it)"
                            : "")));
    return Optional.of(String.join(", ", parts));
  }

  /** What is done to texts. */
  static String words(Task.Text text) {
    return text.kind().id()
        + ", pooling "
        + text.pooling().id()
        + ", one by one and without padding"
        + (text.maxTokens().isPresent()
            ? ", at most " + text.maxTokens().getAsInt() + " tokens"
            : "");
  }
}
