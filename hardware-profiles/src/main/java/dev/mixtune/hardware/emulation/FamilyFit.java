package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.Scheme;
import dev.mixtune.hardware.emulation.Probe.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The counts of a family as terms.
 *
 * @param family the family
 * @param instructions of any kind, without those of the call
 * @param vectors on the vector pipes
 * @param leastPerMac vector instructions that one product takes at least
 * @param loads of any kind
 * @param probes how many shapes were fitted
 * @param medianError median relative error of the instructions of the fitted shapes
 * @param heldOut relative errors (fit / count - 1) of shapes that the fit did not see
 */
record FamilyFit(
    KernelFamily family,
    TermFit instructions,
    TermFit vectors,
    double leastPerMac,
    TermFit loads,
    int probes,
    double medianError,
    List<Double> heldOut) {

  /** Fits a family to a device's counts. */
  static FamilyFit of(KernelFamily family, Counts counts) {
    List<Probe> fitted = new ArrayList<>();
    List<Probe> unseen = new ArrayList<>();
    for (Probe probe : ProbeCatalogue.all()) {
      if (family.covers(probe)) {
        (ProbeCatalogue.isHeldOut(probe) ? unseen : fitted).add(probe);
      }
    }
    TermFit instructions = fit(fitted, family, counts, InstructionMix::all);
    double[] errors =
        fitted.stream()
            .mapToDouble(p -> Math.abs(error(instructions, p, counts)))
            .sorted()
            .toArray();
    return new FamilyFit(
        family,
        instructions,
        fit(fitted, family, counts, InstructionMix::vectorArithmetic),
        family.bytesPerWeight() == 0 ? 0 : counts.leastPerMac(family),
        fit(fitted, family, counts, InstructionMix::loads),
        fitted.size(),
        median(errors),
        unseen.stream().map(p -> error(instructions, p, counts)).toList());
  }

  private static double median(double[] sorted) {
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  private static double error(TermFit fit, Probe probe, Counts counts) {
    return (fit.count(probe.use()) + counts.call().all()) / counts.kernel(probe).all() - 1;
  }

  private static TermFit fit(
      List<Probe> probes,
      KernelFamily family,
      Counts counts,
      ToDoubleFunction<InstructionMix> kind) {
    List<TermFit.Sample> samples = new ArrayList<>();
    for (Probe probe : probes) {
      InstructionMix mix = counts.kernel(probe);
      double alone = kind.applyAsDouble(mix) - kind.applyAsDouble(counts.call());
      samples.add(new TermFit.Sample(probe.use(), Math.max(0, alone), Math.max(1, mix.all())));
    }
    return TermFit.of(samples, family.basis());
  }

  /** The counts of one device, each kernel alone. */
  static final class Counts {
    private final CountTable table;
    private final InstructionMix output;
    private final InstructionMix call;
    private final List<TermFit> conversions;
    private final List<TermFit> additions;

    /** All probes must be in the table. */
    Counts(CountTable table) {
      this.table = table;
      this.output = cheapestOutput(table);
      this.call = call(table);
      this.conversions = fits(probes(Kind.DEQUANTIZE, Scheme.F32), this::dequantizeAlone);
      this.additions = fits(probes(Kind.ADD, Scheme.W8A8), probe -> raw(table, probe));
    }

    /** What the least of all operators takes beside its elements. */
    private static InstructionMix call(CountTable table) {
      double[] counts =
          fits(probes(Kind.NEGATE, Scheme.F32), probe -> raw(table, probe)).stream()
              .mapToDouble(TermFit::fixed)
              .toArray();
      return InstructionMix.of(counts);
    }

    /**
     * The fewest vector instructions for one product: 4 floats per FMLA; 32 bytes per SMMLA where
     * the core has it, else 16 per dot product.
     */
    double leastPerMac(KernelFamily family) {
      if (family.probed() == Scheme.F32) {
        return 1 / 4.0;
      }
      Probe product = probes(Kind.MATMUL, Scheme.W8A8).get(0);
      return raw(table, product).matrix() > 0 ? 1 / 32.0 : 1 / 16.0;
    }

    /** What each call takes, whatever it computes. */
    InstructionMix call() {
      return call;
    }

    private static List<Probe> probes(Kind kind, Scheme scheme) {
      return ProbeCatalogue.all().stream()
          .filter(probe -> probe.kind() == kind && probe.scheme() == scheme)
          .toList();
    }

    /** What an output more costs: the median over images, so that no element count is in it. */
    private static InstructionMix cheapestOutput(CountTable table) {
      double[][] outputs =
          ProbeCatalogue.all().stream()
              .filter(probe -> probe.kind() == Kind.NEGATE_OUT)
              .map(
                  probe ->
                      raw(table, probe)
                          .minus(raw(table, withKind(probe, Kind.NEGATE)), 1)
                          .toArray())
              .toArray(double[][]::new);
      double[] medians = new double[InstructionMix.KINDS.size()];
      for (int kind = 0; kind < medians.length; kind++) {
        int column = kind;
        medians[kind] =
            median(Arrays.stream(outputs).mapToDouble(row -> row[column]).sorted().toArray());
      }
      return InstructionMix.of(medians);
    }

    private static Probe withKind(Probe probe, Kind kind) {
      return new Probe(
          kind,
          probe.in(),
          probe.out(),
          probe.kernel(),
          probe.stride(),
          probe.groups(),
          probe.size(),
          probe.scheme());
    }

    /** One fit per kind of instruction, over the elements that are passed over. */
    private static List<TermFit> fits(List<Probe> probes, Function<Probe, InstructionMix> counts) {
      List<TermFit> fits = new ArrayList<>();
      for (int kind = 0; kind < InstructionMix.KINDS.size(); kind++) {
        List<TermFit.Sample> samples = new ArrayList<>();
        for (Probe probe : probes) {
          double[] mix = counts.apply(probe).toArray();
          samples.add(new TermFit.Sample(probe.use(), Math.max(0, mix[kind]), mix[0]));
        }
        fits.add(TermFit.of(samples, TermFit.Basis.CALL));
      }
      return List.copyOf(fits);
    }

    private InstructionMix dequantizeAlone(Probe probe) {
      return raw(table, probe).minus(raw(table, withKind(probe, Kind.QUANTIZE)), 1);
    }

    private static InstructionMix raw(CountTable table, Probe probe) {
      return table
          .kernel(probe)
          .orElseThrow(() -> new IllegalArgumentException("'" + probe.text() + "' is not counted"));
    }

    /** Instructions of the kernel alone, without its output, conversion or addition. */
    InstructionMix kernel(Probe probe) {
      if (probe.kind() == Kind.DEQUANTIZE) {
        return dequantizeAlone(probe);
      }
      InstructionMix mix = raw(table, probe);
      long elements = probe.use().outputElements();
      if (probe.isJoined()) {
        return without(mix, additions, elements);
      }
      if (probe.kind().isChained()) {
        return mix;
      }
      InstructionMix alone = mix.minus(output, 1);
      return probe.isDequantizedEach() ? without(alone, conversions, elements) : alone;
    }

    private static InstructionMix without(InstructionMix mix, List<TermFit> kinds, long elements) {
      KernelUse pass = new KernelUse(Op.OTHER, Arithmetic.FLOAT, 0, "", 0, elements, elements, 0);
      double[] counts = mix.toArray();
      for (int kind = 0; kind < counts.length; kind++) {
        counts[kind] -= kinds.get(kind).count(pass);
      }
      return InstructionMix.of(counts);
    }
  }
}
