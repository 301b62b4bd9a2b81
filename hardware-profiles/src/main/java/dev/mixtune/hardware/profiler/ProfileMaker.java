package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.Cost;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Profile;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a profile from timed chains. The same observations give the same profile. */
public final class ProfileMaker {
  private static final Set<Op> LAYERS =
      EnumSet.of(Op.CONV, Op.DEPTHWISE_CONV, Op.GROUPED_CONV, Op.MATMUL);
  private static final int[] BLOCK_BITS = {8, 4, 2};

  private final DeviceFacts facts;
  private final CostFit fit;
  private final int models;

  private ProfileMaker(DeviceFacts facts, List<Observation> observations) {
    this.facts = facts;
    this.models = observations.size();
    this.fit = CostFit.of(observations);
  }

  /**
   * The profile, with the error of models that were held out.
   *
   * @throws UserException when too little was measured
   */
  public static Profile of(DeviceFacts facts, List<Observation> observations) {
    HeldOutError error = HeldOutError.of(facts, observations);
    return new ProfileMaker(facts, observations).make(error);
  }

  /** The profile without an error of its own. */
  static Profile withoutError(DeviceFacts facts, List<Observation> observations) {
    return new ProfileMaker(facts, observations).make(null);
  }

  private Profile make(@Nullable HeldOutError error) {
    List<KernelEntry> entries = new ArrayList<>();
    for (Op op : Op.values()) {
      if (op == Op.QUANTIZE || op == Op.DEQUANTIZE) {
        entries.add(entry(op, Arithmetic.FLOAT, EnumSet.allOf(Arithmetic.class), 0));
      } else if (LAYERS.contains(op)) {
        addLayer(op, entries);
      } else {
        Set<Arithmetic> rest = EnumSet.complementOf(EnumSet.of(Arithmetic.INTEGER_STATIC));
        entries.add(entry(op, Arithmetic.FLOAT, rest, 0));
        entries.add(entry(op, Arithmetic.INTEGER_STATIC, EnumSet.of(Arithmetic.INTEGER_STATIC), 0));
      }
    }
    return new Profile(
        facts.name(),
        facts.device() + "; " + facts.threads() + (facts.threads() == 1 ? " thread" : " threads"),
        models + " small models timed on this device from " + facts.date(),
        facts.runtime(),
        facts.threads(),
        /* batch= */ 1,
        facts.device(),
        /* pipeline= */ null,
        error == null ? null : error.median(),
        error == null ? "too little was measured to hold anything out" : error.sentence(),
        /* sparsity= */ null,
        fit.run(),
        facts.limits(),
        /* power= */ null,
        entries);
  }

  private void addLayer(Op op, List<KernelEntry> entries) {
    entries.add(entry(op, Arithmetic.FLOAT, EnumSet.of(Arithmetic.FLOAT), 32));
    entries.add(entry(op, Arithmetic.INTEGER_STATIC, EnumSet.of(Arithmetic.INTEGER_STATIC), 8));
    if (op == Op.MATMUL) {
      entries.add(entry(op, Arithmetic.INTEGER_DYNAMIC, EnumSet.of(Arithmetic.INTEGER_DYNAMIC), 8));
      for (int bits : BLOCK_BITS) {
        entries.add(entry(op, Arithmetic.BLOCKWISE, EnumSet.of(Arithmetic.BLOCKWISE), bits));
      }
    } else {
      entries.add(
          new KernelEntry(
              op,
              EnumSet.of(Arithmetic.INTEGER_DYNAMIC, Arithmetic.BLOCKWISE),
              2,
              8,
              Basis.NO_KERNEL,
              null,
              "ONNX Runtime has no convolution with block-wise weights, and none with dynamic"
                  + " activations is planned: such a layer stays float."));
    }
  }

  private KernelEntry entry(Op op, Arithmetic arithmetic, Set<Arithmetic> covered, int bits) {
    CostFamily family = CostFamily.of(op, arithmetic, bits);
    Cost cost = fit.costs().get(family);
    if (cost != null) {
      return new KernelEntry(
          op,
          covered,
          family.leastBits(),
          family.mostBits(),
          Basis.MEASURED,
          rounded(cost),
          measured(family, cost));
    }
    CostFamily relative =
        relative(family)
            .orElseThrow(
                () ->
                    new UserException(
                        "too little was measured for a profile: nothing tells what "
                            + name(family)
                            + " costs",
                        "Maybe give it more time; what was measured is kept."));
    return new KernelEntry(
        op,
        covered,
        family.leastBits(),
        family.mostBits(),
        Basis.MODELLED,
        rounded(withoutGrid(fit.costs().get(relative))),
        "No timed model has such a kernel: taken to cost what "
            + name(relative)
            + " costs, terms only.");
  }

  /** The family that was seen and comes closest to one that was not. */
  private Optional<CostFamily> relative(CostFamily family) {
    List<CostFamily> candidates = new ArrayList<>();
    if (family.op() == Op.GROUPED_CONV) {
      candidates.add(CostFamily.of(Op.CONV, family.arithmetic(), family.mostBits()));
    }
    if (family.isBoundary()) {
      candidates.add(CostFamily.of(family.op(), CostFit.END, 0));
    }
    if (!family.hasWeights()) {
      candidates.add(CostFamily.of(family.op(), Arithmetic.FLOAT, 0));
      candidates.add(CostFamily.of(Op.CONCAT, family.arithmetic(), 0));
      candidates.add(CostFamily.of(Op.ADD, family.arithmetic(), 0));
      candidates.add(CostFamily.of(Op.ADD, Arithmetic.FLOAT, 0));
    }
    return candidates.stream().filter(fit.costs()::containsKey).findFirst();
  }

  private String measured(CostFamily family, Cost cost) {
    String samples =
        cost instanceof Cost.Gridded gridded
            ? gridded.grid().samples().size() + " shapes from "
            : "";
    return "Timed on this device: "
        + samples
        + fit.models(family)
        + " models, each "
        + facts.howTimed()
        + "; "
        + facts.runtime()
        + ", "
        + facts.threads()
        + (facts.threads() == 1 ? " thread, " : " threads, ")
        + facts.date()
        + "."
        + (family.mostBits() == 8 && family.leastBits() == 2
            ? " 4 and 2 bits are storage, unpacked when the model is loaded: the same kernel."
            : "")
        + (family.mostBits() == 32 ? " 16 bits are storage: weights are float when used." : "");
  }

  private static String name(CostFamily family) {
    return (family.op() + " " + family.arithmetic()).toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Cost withoutGrid(@Nullable Cost cost) {
    if (cost instanceof Cost.Gridded gridded) {
      return new Cost.Timed(gridded.nanos(), gridded.fixedMicros());
    }
    return java.util.Objects.requireNonNull(cost);
  }

  private static Cost rounded(Cost cost) {
    if (cost instanceof Cost.Gridded gridded) {
      return new Cost.Gridded(
          rounded(gridded.nanos()), round(gridded.fixedMicros()), gridded.grid());
    }
    Cost.Timed timed = (Cost.Timed) cost;
    return new Cost.Timed(rounded(timed.nanos()), round(timed.fixedMicros()));
  }

  private static dev.mixtune.hardware.Terms rounded(dev.mixtune.hardware.Terms terms) {
    return new dev.mixtune.hardware.Terms(
        round(terms.perMac()),
        round(terms.perPatchElement()),
        round(terms.perInput()),
        round(terms.perOutput()),
        round(terms.perWeight()));
  }

  /** Five significant digits: more would promise what no clock kept. */
  static double round(double value) {
    return value == 0
        ? 0
        : new java.math.BigDecimal(value)
            .round(new java.math.MathContext(5))
            .stripTrailingZeros()
            .doubleValue();
  }
}
