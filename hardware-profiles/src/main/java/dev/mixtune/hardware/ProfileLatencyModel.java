package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.UserException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Predicts latency as the sum of what a profile says about each kernel, boundaries included.
 *
 * <p>Deterministic: the same kernels give the same bits. Thread-safe.
 */
public final class ProfileLatencyModel {
  private final Profile profile;
  private final Map<KernelEntry, TimeLattice> lattices = new ConcurrentHashMap<>();

  /** A model of the device that the profile describes. */
  public ProfileLatencyModel(Profile profile) {
    this.profile = profile;
  }

  /**
   * The predicted latency of a lowered plan.
   *
   * @param kernels what the plan runs, at least one
   * @param floatKernels what the float model runs, at least one
   * @return basis: the weakest one that any part of the plan's time stands on; relative error: what
   *     the profile states, 0 when it states none, because the prediction itself has no spread
   * @throws UserException when the profile says nothing about a kernel
   */
  public Latency latency(List<KernelUse> kernels, List<KernelUse> floatKernels) {
    Prediction plan = predict(kernels);
    Double stated = profile.statedError();
    return new Latency(
        plan.millis(),
        plan.millis() / predict(floatKernels).millis(),
        stated == null ? 0 : stated,
        plan.weakestBasis());
  }

  /**
   * The predicted time with its shares per basis.
   *
   * @throws UserException when the profile says nothing about a kernel
   */
  public Prediction predict(List<KernelUse> kernels) {
    if (kernels.isEmpty()) {
      throw new IllegalArgumentException("a model that runs no kernel has no latency");
    }
    double total = 0;
    Map<Basis, Double> byBasis = new EnumMap<>(Basis.class);
    RunCost run = profile.run();
    if (run != null && run.nanos(kernels) > 0) {
      total += run.nanos(kernels) * 1e-6;
      byBasis.put(run.basis(), total);
    }
    for (KernelUse use : kernels) {
      double millis = nanos(use) * 1e-6;
      total += millis;
      byBasis.merge(entry(use).basis(), millis, Double::sum);
    }
    return new Prediction(total, byBasis);
  }

  /**
   * The predicted nanoseconds of one kernel: by the cost's own form; see {@link Cost}.
   *
   * @throws UserException when the profile says nothing about the kernel
   */
  public double nanos(KernelUse use) {
    KernelEntry entry = costed(use);
    Cost cost = entry.cost();
    if (cost instanceof Cost.Counted counted) {
      return counted.nanos(use, Objects.requireNonNull(profile.pipeline()));
    }
    if (cost instanceof Cost.Gridded gridded) {
      return ShapePoint.has(use) ? lattice(entry, gridded).nanos(use) : gridded.termNanos(use);
    }
    return ((Cost.Timed) Objects.requireNonNull(cost)).nanos(use);
  }

  /** What the kernel costs: where the device has none, what stands in for it. */
  Cost cost(KernelUse use) {
    return Objects.requireNonNull(costed(use).cost());
  }

  /** Whether the device has the kernel. */
  boolean has(KernelUse use) {
    return entry(use).cost() != null;
  }

  private KernelEntry costed(KernelUse use) {
    KernelEntry entry = entry(use);
    return entry.cost() == null ? profile.fallback(use.op()).orElseThrow() : entry;
  }

  private TimeLattice lattice(KernelEntry entry, Cost.Gridded cost) {
    return lattices.computeIfAbsent(entry, key -> new TimeLattice(key.op(), cost));
  }

  private KernelEntry entry(KernelUse use) {
    return profile
        .find(use.op(), use.arithmetic(), use.weightBits())
        .or(() -> coarser(use))
        .orElseThrow(() -> unknown(use.op(), use.arithmetic(), use.weightBits(), use.name()));
  }

  /** Functions were activations before there was a class for them. */
  private Optional<KernelEntry> coarser(KernelUse use) {
    return use.op() == KernelUse.Op.FUNCTION
        ? profile.find(KernelUse.Op.ACTIVATION, use.arithmetic(), use.weightBits())
        : Optional.empty();
  }

  private UserException unknown(
      KernelUse.Op op, Arithmetic arithmetic, int weightBits, String layer) {
    return new UserException(
        "profile '"
            + profile.name()
            + "' says nothing about "
            + JsonObject.id(op)
            + " with arithmetic "
            + JsonObject.id(arithmetic)
            + " and "
            + weightBits
            + " weight bits, which '"
            + layer
            + "' needs",
        "Maybe add an entry for it to the profile's kernels, or choose another target");
  }
}
