package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.RangeMethod;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/**
 * Chooses for each activation the range method that harms the network least.
 *
 * <p>The error is that of the network's own outputs: mean squared difference between the deployable
 * 8-bit network and the float network, over the variance of the float outputs. The search starts
 * from the best single method and then tries every method on one tensor after the other, keeping
 * what lowers the error: a tensor is judged in the network as it will run.
 */
public final class RangeFitting {
  private static final int BITS = 8;

  private final Network network;
  private final ModelRuntime runtime;
  private final Parallel parallel;
  private final RoundingLibrary library;
  private final Plan plan;

  /**
   * @param network whose activations are quantized
   * @param runtime runs the float and the quantized networks
   * @param executor spreads the work; its owner shuts it down
   */
  public RangeFitting(Network network, ModelRuntime runtime, ExecutorService executor) {
    this.network = network;
    this.runtime = runtime;
    this.parallel = new Parallel(executor);
    this.library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    this.plan = UniformPlans.of(network, BITS);
  }

  /**
   * Chooses ranges.
   *
   * @param calibration observations of all samples
   * @param batches the samples to judge by, better all than a few dozen: single samples with
   *     extreme activations decide much. They are read once per candidate
   * @param progress hears about each tensor
   */
  public FittedRanges fit(
      Calibration calibration, List<Map<String, Tensor>> batches, FittingProgress progress) {
    OutputDistance distance = new OutputDistance(answers(network.originalModel(), batches));
    List<RangeMethod> methods = RangeMethods.all();
    List<Calibration> whole = methods.stream().map(calibration::with).toList();
    double[] errors = errors(whole.stream().map(this::lower).toList(), batches, distance);
    Map<String, Double> uniform = new HashMap<>();
    int best = 0;
    for (int i = 0; i < errors.length; i++) {
      uniform.put(methods.get(i).name(), errors[i]);
      best = errors[i] < errors[best] ? i : best;
    }
    State state = new State(whole.get(best), methods.get(best).name(), errors[best]);
    List<FittedRanges.Choice> choices = new ArrayList<>();
    List<String> tensors = calibration.tensors();
    for (int i = 0; i < tensors.size(); i++) {
      state.improve(tensors.get(i), batches, distance, choices);
      progress.done(i + 1, tensors.size(), tensors.get(i));
    }
    return new FittedRanges(state.calibration, uniform, state.error, choices);
  }

  /** The ranges so far. */
  private final class State {
    private final String common;
    private Calibration calibration;
    private double error;

    State(Calibration calibration, String common, double error) {
      this.calibration = calibration;
      this.common = common;
      this.error = error;
    }

    void improve(
        String tensor,
        List<Map<String, Tensor>> batches,
        OutputDistance distance,
        List<FittedRanges.Choice> choices) {
      byte[] present = lower(calibration);
      List<RangeMethod> methods = new ArrayList<>();
      List<byte[]> models = new ArrayList<>();
      for (RangeMethod method : RangeMethods.all()) {
        byte[] model = lower(calibration.with(tensor, method));
        // Most tensors are absorbed by the kernel that writes them and have no range of their own.
        boolean known =
            Arrays.equals(model, present)
                || models.stream().anyMatch(other -> Arrays.equals(other, model));
        if (!known) {
          methods.add(method);
          models.add(model);
        }
      }
      if (models.isEmpty()) {
        return;
      }
      double[] errors = errors(models, batches, distance);
      Map<String, Double> byMethod = new HashMap<>(Map.of(common, error));
      String chosen = common;
      for (int i = 0; i < errors.length; i++) {
        byMethod.put(methods.get(i).name(), errors[i]);
        if (errors[i] < error) {
          error = errors[i];
          chosen = methods.get(i).name();
        }
      }
      if (!chosen.equals(common)) {
        calibration = calibration.with(tensor, RangeMethods.named(chosen));
      }
      choices.add(new FittedRanges.Choice(tensor, chosen, byMethod));
    }
  }

  private byte[] lower(Calibration calibration) {
    return new PlanLowering(network, calibration, library).lower(plan).model();
  }

  private double[] errors(
      List<byte[]> models, List<Map<String, Tensor>> batches, OutputDistance distance) {
    double[] errors = new double[models.size()];
    parallel.forEach(models.size(), i -> errors[i] = distance.to(answers(models.get(i), batches)));
    return errors;
  }

  private List<float[]> answers(byte[] model, List<Map<String, Tensor>> batches) {
    List<float[]> answers = new ArrayList<>();
    try (Session session = runtime.open(model, 1)) {
      for (Map<String, Tensor> batch : batches) {
        for (Tensor output : session.run(batch)) {
          if (output instanceof Tensor.Floats floats) {
            answers.add(floats.values());
          }
        }
      }
    }
    return answers;
  }
}
