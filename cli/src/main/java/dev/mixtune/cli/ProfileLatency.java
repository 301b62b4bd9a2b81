package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.hardware.EnergyModel;
import dev.mixtune.hardware.Prediction;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileTarget;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Predicts plans from a profile. */
final class ProfileLatency implements LatencySource {
  private final ProfileTarget target;
  private final ProfileLatencyModel model;
  private final List<KernelUse> floatKernels;
  private final Prediction floatPrediction;
  private final @Nullable EnergyModel energy;

  /**
   * @param floatPlan the float model
   * @param withEnergy whether energy counts; then the profile must model it
   */
  ProfileLatency(ProfileTarget target, LoweredPlan floatPlan, boolean withEnergy) {
    this.target = target;
    this.model = target.latencyModel();
    this.floatKernels = floatPlan.kernels();
    this.floatPrediction = model.predict(floatKernels);
    this.energy = withEnergy ? new EnergyModel(target.profile()) : null;
  }

  @Override
  public Latency latency(LoweredPlan plan) {
    return model.latency(plan.kernels(), floatKernels);
  }

  @Override
  public OptionalDouble predictedMillis(LoweredPlan plan) {
    return OptionalDouble.of(model.predict(plan.kernels()).millis());
  }

  @Override
  public Optional<Energy> energy(LoweredPlan plan) {
    return Optional.ofNullable(energy).map(model -> model.energy(plan.kernels(), floatKernels));
  }

  @Override
  public double floatMillis() {
    return floatPrediction.millis();
  }

  @Override
  public double modelledShare(LoweredPlan plan) {
    return model.predict(plan.kernels()).modelledShare();
  }

  @Override
  public String basis(LoweredPlan plan) {
    return target.sentence(model.predict(plan.kernels()));
  }

  @Override
  public void close() {}
}
