package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one device costs per kernel and per boundary between kernels, each entry with its basis.
 *
 * @param name short name
 * @param description one line for people
 * @param provenance completes the sentence "the time is modelled, from ..."
 * @param runtime the program whose kernels are described
 * @param threads threads that the costs are for
 * @param batch batch that the costs were found at
 * @param core the core that runs
 * @param pipeline facts about the core; null when no entry is counted in instructions
 * @param statedError relative error of a predicted ratio, known from measurements; null when nobody
 *     knows
 * @param statedErrorSource how the error was found, or why it is not known
 * @param sparsity when and how far pruned weights pay; null when they do not
 * @param run what every run costs; null when nothing is known, which counts as 0
 * @param limits what no kernel can beat; null when the device does not say
 * @param power what operations cost in energy; null when the profile does not model it
 * @param kernels the entries, at most one for each kernel
 */
public record Profile(
    String name,
    String description,
    String provenance,
    String runtime,
    int threads,
    int batch,
    String core,
    @Nullable Pipeline pipeline,
    @Nullable Double statedError,
    String statedErrorSource,
    @Nullable Sparsity sparsity,
    @Nullable RunCost run,
    @Nullable Limits limits,
    @Nullable PowerTerms power,
    List<KernelEntry> kernels) {

  public Profile {
    kernels = List.copyOf(kernels);
    if (name.isBlank() || threads < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "name '" + name + "', threads " + threads + ", batch " + batch);
    }
    if (statedError != null && !(statedError >= 0 && statedError < 1)) {
      throw new IllegalArgumentException("statedError is " + statedError + ", not within 0 to 1");
    }
    for (int i = 0; i < kernels.size(); i++) {
      requireComputable(i, kernels.get(i), pipeline, kernels);
      requireCounted(i, kernels.get(i), power);
    }
    requireBoundary(KernelUse.Op.QUANTIZE, kernels);
    requireBoundary(KernelUse.Op.DEQUANTIZE, kernels);
  }

  /** A profile that says nothing about runs, limits and energy. */
  public Profile(
      String name,
      String description,
      String provenance,
      String runtime,
      int threads,
      int batch,
      String core,
      @Nullable Pipeline pipeline,
      @Nullable Double statedError,
      String statedErrorSource,
      @Nullable Sparsity sparsity,
      List<KernelEntry> kernels) {
    this(
        name,
        description,
        provenance,
        runtime,
        threads,
        batch,
        core,
        pipeline,
        statedError,
        statedErrorSource,
        sparsity,
        /* run= */ null,
        /* limits= */ null,
        /* power= */ null,
        kernels);
  }

  /** This profile with energy per operation. */
  public Profile withPower(PowerTerms terms) {
    return new Profile(
        name,
        description,
        provenance,
        runtime,
        threads,
        batch,
        core,
        pipeline,
        statedError,
        statedErrorSource,
        sparsity,
        run,
        limits,
        terms,
        kernels);
  }

  /** The entry for a kernel. */
  public Optional<KernelEntry> find(KernelUse.Op op, Arithmetic arithmetic, int weightBits) {
    return find(kernels, op, arithmetic, weightBits);
  }

  /** Share of the entries that have a basis, 0..1. The share of time depends on the model. */
  public double entryShare(Basis basis) {
    return (double) kernels.stream().filter(entry -> entry.basis() == basis).count()
        / kernels.size();
  }

  private static Optional<KernelEntry> find(
      List<KernelEntry> kernels, KernelUse.Op op, Arithmetic arithmetic, int weightBits) {
    return kernels.stream().filter(entry -> entry.covers(op, arithmetic, weightBits)).findFirst();
  }

  private static void requireComputable(
      int index, KernelEntry entry, @Nullable Pipeline pipeline, List<KernelEntry> kernels) {
    for (int earlier = 0; earlier < index; earlier++) {
      if (kernels.get(earlier).overlaps(entry)) {
        throw new IllegalArgumentException(
            "kernels[" + index + "] covers kernels that kernels[" + earlier + "] covers already");
      }
    }
    if (entry.cost() instanceof Cost.Counted && pipeline == null) {
      throw new IllegalArgumentException(
          "kernels[" + index + "].cost counts instructions, but device.pipeline is missing");
    }
    if (entry.basis() == Basis.NO_KERNEL && fallback(entry.op(), kernels).isEmpty()) {
      throw new IllegalArgumentException(
          "kernels["
              + index
              + "] has no kernel, and there is no float entry at 32 bits to fall back to");
    }
  }

  private static void requireCounted(int index, KernelEntry entry, @Nullable PowerTerms power) {
    if (power != null && entry.cost() != null && !(entry.cost() instanceof Cost.Counted)) {
      throw new IllegalArgumentException(
          "kernels["
              + index
              + "].cost is timed, but device.power prices instructions and bytes, which only a"
              + " counted cost has");
    }
  }

  /** The entry whose time a kernel takes that the device does not have. */
  Optional<KernelEntry> fallback(KernelUse.Op op) {
    return fallback(op, kernels);
  }

  private static Optional<KernelEntry> fallback(KernelUse.Op op, List<KernelEntry> kernels) {
    return find(kernels, op, Arithmetic.FLOAT, 32).filter(entry -> entry.cost() != null);
  }

  /** Without boundaries a plan that changes its precision at every layer would look free. */
  private static void requireBoundary(KernelUse.Op op, List<KernelEntry> kernels) {
    for (Arithmetic arithmetic : Arithmetic.values()) {
      if (find(kernels, op, arithmetic, 0).filter(entry -> entry.cost() != null).isEmpty()) {
        throw new IllegalArgumentException(
            "kernels: there is no cost for "
                + JsonObject.id(op)
                + " next to "
                + JsonObject.id(arithmetic)
                + ", so changing the precision would cost nothing");
      }
    }
  }
}
