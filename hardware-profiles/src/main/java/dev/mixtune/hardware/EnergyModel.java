package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.UserException;
import java.util.List;
import java.util.Objects;

/**
 * Models the energy of a run as the sum over its kernels: instructions, multiply-accumulates, bytes
 * of weights from memory, and bytes of activations from the cache where they fit it. What the
 * device draws while it idles, and what a hot device draws more, is not in it.
 *
 * <p>Deterministic and thread-safe.
 */
public final class EnergyModel {
  private static final double MILLIJOULES = 1e-9;
  private static final double SECONDS = 1e-6;

  private final ProfileLatencyModel kernels;
  private final Pipeline pipeline;
  private final PowerTerms power;

  /**
   * The model of the device that the profile describes.
   *
   * @throws UserException when the profile says nothing about energy
   */
  public EnergyModel(Profile profile) {
    if (profile.power() == null) {
      throw new UserException(
          "profile '" + profile.name() + "' says nothing about energy: it has no device.power",
          "Leave energy out of --objectives, or take a target that models it, such as pixel8.");
    }
    this.kernels = new ProfileLatencyModel(profile);
    this.pipeline = Objects.requireNonNull(profile.pipeline());
    this.power = profile.power();
  }

  /**
   * The energy of a lowered plan.
   *
   * @param plan what the plan runs, at least one
   * @param floatModel what the float model runs, at least one
   * @throws UserException when the profile says nothing about a kernel
   */
  public Energy energy(List<KernelUse> plan, List<KernelUse> floatModel) {
    double picojoules = picojoules(plan);
    return new Energy(picojoules * MILLIJOULES, picojoules / picojoules(floatModel));
  }

  private double picojoules(List<KernelUse> uses) {
    return uses.stream().mapToDouble(this::picojoules).sum();
  }

  /** Picojoules of one kernel. */
  double picojoules(KernelUse use) {
    return instructionPicojoules(use) + macPicojoules(use) + bytePicojoules(use);
  }

  private double instructionPicojoules(KernelUse use) {
    Cost.Counted cost = cost(use);
    // The fixed time of a counted kernel is that of a call's instructions, one per cycle.
    double call = cost.fixedMicros() * SECONDS * pipeline.clockHz().value();
    return power.instruction().value() * (cost.instructions().of(use) + call);
  }

  /** Block-wise kernels quantize their inputs and multiply 8-bit integers. */
  private double macPicojoules(KernelUse use) {
    boolean inFloat = use.arithmetic() == Arithmetic.FLOAT || !kernels.has(use);
    return use.macs() * (inFloat ? power.floatMac() : power.integerMac()).value();
  }

  /** Of all that moves, weights come from memory; the rest where it fits. */
  double bytePicojoules(KernelUse use) {
    Terms bytes = cost(use).bytes();
    double weights = bytes.perWeight() * use.weightElements();
    double activations = bytes.of(use) - weights;
    boolean near = activations <= pipeline.cacheBytes().value();
    return weights * power.memoryByte().value()
        + activations * (near ? power.cacheByte() : power.memoryByte()).value();
  }

  private Cost.Counted cost(KernelUse use) {
    return (Cost.Counted) kernels.cost(use);
  }
}
