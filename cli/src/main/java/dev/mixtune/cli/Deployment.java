package dev.mixtune.cli;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.OpenAxis;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Refuses deployments whose numbers would be those of another one. */
final class Deployment {
  private Deployment() {}

  /**
   * A profile's costs hold for one batch and one number of threads.
   *
   * @throws UserException when the target is a profile for others
   */
  static void requireProfiled(Target target, int batch, int threads) {
    if (!(target instanceof ProfileTarget known)) {
      return;
    }
    Profile profile = known.profile();
    String holds = ", and profile '" + profile.name() + "' holds for ";
    if (batch != profile.batch()) {
      throw new UserException(
          "latency.batch, or the model's own batch, is " + batch + holds + profile.batch(),
          "Bring a model and a latency.batch for " + profile.batch() + ", or choose --target host");
    }
    if (threads != profile.threads()) {
      throw new UserException(
          "--threads, or latency.threads, is " + threads + holds + profile.threads(),
          "Write --threads " + profile.threads() + ", or choose --target host");
    }
  }

  /**
   * The sizes of activations are known only when every open axis is; they would be computed for 1.
   *
   * @param open the model's open axes, batch aside
   * @param set names of the axes that the task sets
   * @param samples the first of them gives the example in the message
   * @throws UserException when an open axis is not set
   */
  static void requireAxes(List<OpenAxis> open, Set<String> set, SampleSet samples) {
    List<OpenAxis> missing = open.stream().filter(axis -> !set.contains(axis.name())).toList();
    if (missing.isEmpty()) {
      return;
    }
    Map<String, Tensor> first = samples.batches(1, false).iterator().next();
    throw new UserException(
        "latency.axes does not set "
            + missing.stream()
                .map(axis -> "'" + axis.name() + "' of input '" + axis.input() + "'")
                .collect(Collectors.joining(", ")),
        "The first sample would be latency: {axes: {"
            + missing.stream()
                .map(axis -> axis.name() + ": " + length(axis, first))
                .collect(Collectors.joining(", "))
            + "}} in the task file");
  }

  private static long length(OpenAxis axis, Map<String, Tensor> sample) {
    Tensor tensor = sample.get(axis.input());
    if (tensor == null) {
      throw new IllegalStateException("no data for input " + axis.input());
    }
    return tensor.shape()[axis.position()];
  }
}
