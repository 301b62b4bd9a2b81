package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.hardware.Cost;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Pipeline;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.Terms;
import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the profile of a core from what its kernels execute. */
final class EmulatedProfile {
  /** Calls, checks and allocations are scalar code full of branches. */
  private static final double OVERHEAD_INSTRUCTIONS_PER_CYCLE = 1;

  private static final MathContext DIGITS = new MathContext(4);

  private final List<FamilyFit> fits = new ArrayList<>();
  private final double callInstructions;

  /** Fits the counts of a device, in which every probe is. */
  EmulatedProfile(CountTable table) {
    FamilyFit.Counts counts = new FamilyFit.Counts(table);
    KernelFamily.all().forEach(family -> fits.add(FamilyFit.of(family, counts)));
    this.callInstructions = counts.call().all();
  }

  /**
   * Instructions of any kind that kernels execute together; empty when one of them is of no family.
   */
  OptionalDouble instructions(List<KernelUse> kernels) {
    double sum = 0;
    for (KernelUse use : kernels) {
      Optional<FamilyFit> fit =
          fits.stream().filter(candidate -> candidate.family().prices(use)).findFirst();
      if (fit.isEmpty() && use.op() != Op.OTHER) {
        return OptionalDouble.empty();
      }
      sum += callInstructions;
      sum += fit.map(f -> f.instructions().terms().of(use)).orElse(0.0);
    }
    return OptionalDouble.of(sum);
  }

  /**
   * The profile.
   *
   * @param label name, description and evidence file of the device
   * @param pipeline of the core, or of several
   * @param callClockHz of the one core that does what a call needs beside its kernel
   * @param calibration says what share of the peak is reached
   */
  Profile on(Label label, Pipeline pipeline, double callClockHz, PeakShares calibration) {
    List<KernelEntry> entries = new ArrayList<>();
    for (FamilyFit fit : fits) {
      entries.add(entry(fit, label, callClockHz, calibration));
    }
    for (Op op : List.of(Op.CONV, Op.DEPTHWISE_CONV, Op.GROUPED_CONV)) {
      entries.add(noKernel(op));
    }
    entries.add(other(Arithmetic.FLOAT, 4, calibration.share(Efficiency.FLOAT), callClockHz));
    entries.add(
        other(Arithmetic.INTEGER_STATIC, 1, calibration.share(Efficiency.INTEGER), callClockHz));
    return new Profile(
        label.name(),
        label.description(),
        label.provenance(),
        label.runtime() + ", CPU provider, linux-aarch64",
        1,
        1,
        label.core(),
        pipeline,
        null,
        "Unknown for this device: nobody published the time of single kernels. How far predictions"
            + " for whole networks are from published figures is in hardware-profiles/README.md.",
        null,
        entries);
  }

  /**
   * What a profile says about its device in words.
   *
   * @param name short name
   * @param description one line
   * @param provenance completes the sentence "the time is modelled, from ..."
   * @param core the core
   * @param runtime the program whose kernels were counted
   * @param evidence the file with the counts
   * @param shares where the shares of the peak come from, with the file that explains it
   */
  record Label(
      String name,
      String description,
      String provenance,
      String core,
      String runtime,
      String evidence,
      String shares) {}

  private KernelEntry entry(
      FamilyFit fit, Label label, double callClockHz, PeakShares calibration) {
    KernelFamily family = fit.family();
    double efficiency = calibration.share(family.calibration());
    return new KernelEntry(
        family.op(),
        family.arithmetics(),
        family.leastBits(),
        family.mostBits(),
        Basis.MODELLED,
        new Cost.Counted(
            rounded(fit.instructions().terms()),
            rounded(vectors(fit)),
            rounded(fit.loads().terms()),
            new Terms(0, 0, family.bytesIn(), family.bytesOut(), family.bytesPerWeight()),
            rounded(efficiency),
            fixedMicros(callClockHz)),
        source(fit, label));
  }

  /** A fit to few shapes must not multiply faster than the instructions can. */
  private static Terms vectors(FamilyFit fit) {
    Terms terms = fit.vectors().terms();
    return new Terms(
        Math.max(fit.leastPerMac(), terms.perMac()),
        terms.perPatchElement(),
        terms.perInput(),
        terms.perOutput(),
        terms.perWeight());
  }

  private double fixedMicros(double callClockHz) {
    double cycles = callInstructions / OVERHEAD_INSTRUCTIONS_PER_CYCLE;
    return rounded(1e6 * cycles / callClockHz);
  }

  private static String source(FamilyFit fit, Label label) {
    String unseen =
        fit.heldOut().isEmpty()
            ? "no shape was held out"
            : "off by "
                + fit.heldOut().stream()
                    .map(error -> String.format(Locale.ROOT, "%+.0f %%", 100 * error))
                    .collect(Collectors.joining(", "))
                + " on shapes held out";
    return String.format(
        Locale.ROOT,
        "Executed instructions: %d shapes counted under emulation (evidence/%s), scheme %s; the"
            + " terms miss a fitted shape by %.0f %% in the median, %s. Efficiency %s: %s. The fixed"
            + " time is the instructions of a call at one per cycle, an assumption.%s",
        fit.probes(),
        label.evidence(),
        fit.family().probed().id(),
        100 * fit.medianError(),
        unseen,
        fit.family().calibration().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        label.shares(),
        fit.family().leastBits() == 2 && fit.family().mostBits() == 8
            ? " 4 and 2 bits are storage and run the same kernels."
            : "");
  }

  private static KernelEntry noKernel(Op op) {
    return new KernelEntry(
        op,
        Set.of(Arithmetic.INTEGER_DYNAMIC, Arithmetic.BLOCKWISE),
        2,
        8,
        Basis.NO_KERNEL,
        null,
        "ONNX Runtime has no convolution with block-wise weights, and none with dynamic activations"
            + " is planned here: such a layer stays float.");
  }

  private KernelEntry other(
      Arithmetic arithmetic, double bytes, double efficiency, double callClockHz) {
    return new KernelEntry(
        Op.OTHER,
        Set.of(arithmetic),
        0,
        0,
        Basis.MODELLED,
        new Cost.Counted(
            new Terms(0, 0, 2, 2, 0),
            Terms.NONE,
            Terms.NONE,
            new Terms(0, 0, bytes, bytes, 0),
            rounded(efficiency),
            fixedMicros(callClockHz)),
        "2 instructions per input and per output are an assumption for operators that were not"
            + " counted.");
  }

  private static Terms rounded(Terms terms) {
    return new Terms(
        rounded(terms.perMac()),
        rounded(terms.perPatchElement()),
        rounded(terms.perInput()),
        rounded(terms.perOutput()),
        rounded(terms.perWeight()));
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
