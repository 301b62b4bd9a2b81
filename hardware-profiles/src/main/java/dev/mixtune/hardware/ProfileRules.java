package dev.mixtune.hardware;

import static dev.mixtune.engine.Arithmetic.BLOCKWISE;
import static dev.mixtune.engine.Arithmetic.FLOAT;
import static dev.mixtune.engine.Arithmetic.INTEGER_DYNAMIC;
import static dev.mixtune.engine.Arithmetic.INTEGER_STATIC;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What every profile must satisfy, whatever its numbers: tried at shapes from a handful of products
 * to many millions. A profile that breaks a rule is wrong, or was measured on a disturbed machine.
 */
public final class ProfileRules {
  private static final List<Op> CONVOLUTIONS = List.of(Op.CONV, Op.DEPTHWISE_CONV, Op.GROUPED_CONV);
  private static final int[] CHANNELS = {16, 64, 256};
  private static final int[] SIDES = {4, 14, 56};
  private static final int[] KERNELS = {1, 3};
  private static final int[] ROWS = {1, 16, 128};
  private static final int[] WIDTHS = {128, 512, 2048};
  private static final long[] ELEMENTS = {1, 1000, 1_000_000};

  /** Winograd multiplies 2.25 times less than the definition of a convolution, in 4x4 tiles. */
  private static final double WINOGRAD = 2.25;

  /** Rounding of interpolated figures. */
  private static final double SLACK = 1e-6;

  private final Profile profile;
  private final ProfileLatencyModel model;
  private final List<String> violations = new ArrayList<>();

  private ProfileRules(Profile profile) {
    this.profile = profile;
    this.model = new ProfileLatencyModel(profile);
  }

  /** The rules that a profile breaks, each with the kernel that shows it; none when it is sound. */
  public static List<String> violations(Profile profile) {
    ProfileRules rules = new ProfileRules(profile);
    for (Op op : CONVOLUTIONS) {
      convolutions(op).forEach(rules::checkLayer);
    }
    products().forEach(rules::checkLayer);
    products().forEach(rules::checkBytes);
    rules.checkBoundaries();
    rules.checkPower();
    return List.copyOf(rules.violations);
  }

  /** Whatever the process: narrow products and near bytes cost no more than wide and far ones. */
  private void checkPower() {
    PowerTerms power = profile.power();
    if (power == null) {
      return;
    }
    if (power.integerMac().value() > power.floatMac().value()) {
      violations.add("an 8-bit multiply-accumulate costs more energy than a 32-bit one");
    }
    if (power.cacheByte().value() > power.memoryByte().value()) {
      violations.add("a byte from the cache costs more energy than one from memory");
    }
    EnergyModel energy = new EnergyModel(profile);
    for (KernelUse shape : products()) {
      double wider = energy.bytePicojoules(with(shape, FLOAT, 32));
      for (int bits : new int[] {8, 4, 2}) {
        KernelUse narrow = with(shape, BLOCKWISE, bits);
        if (!has(narrow)) {
          continue;
        }
        double picojoules = energy.bytePicojoules(narrow);
        if (picojoules > wider * (1 + SLACK)) {
          violations.add(
              words(narrow, model.nanos(narrow))
                  + " moves its bytes for more energy than wider ones");
        }
        wider = picojoules;
      }
    }
  }

  private void checkLayer(KernelUse shape) {
    boolean convolution = shape.op() != Op.MATMUL;
    for (int bits : new int[] {2, 4}) {
      if (convolution) {
        notFaster(with(shape, INTEGER_STATIC, bits), with(shape, INTEGER_STATIC, 8));
      }
    }
    for (Arithmetic arithmetic : List.of(INTEGER_STATIC, INTEGER_DYNAMIC)) {
      notFaster(with(shape, arithmetic, 16), with(shape, FLOAT, 32));
    }
    boolean halfIsMeasured =
        profile
            .find(shape.op(), FLOAT, 16)
            .filter(entry -> entry.basis() == Basis.MEASURED)
            .isPresent();
    if (!halfIsMeasured) {
      notFaster(with(shape, FLOAT, 16), with(shape, FLOAT, 32));
    }
    limits()
        .ifPresent(
            limits -> {
              double saved = convolution ? WINOGRAD : 1;
              peak(with(shape, FLOAT, 32), limits.floatMacsPerSecond().value() * saved);
              for (Arithmetic arithmetic : Arithmetic.values()) {
                if (arithmetic != FLOAT) {
                  peak(with(shape, arithmetic, 8), limits.integerMacsPerSecond().value());
                  peak(with(shape, arithmetic, 4), limits.integerMacsPerSecond().value());
                  peak(with(shape, arithmetic, 2), limits.integerMacsPerSecond().value());
                }
              }
            });
  }

  private void notFaster(KernelUse narrow, KernelUse wide) {
    Optional<Double> first = nanos(narrow);
    Optional<Double> second = nanos(wide);
    if (first.isPresent() && second.isPresent() && first.get() < second.get() * (1 - SLACK)) {
      violations.add(words(narrow, first.get()) + " is faster than " + words(wide, second.get()));
    }
  }

  private void peak(KernelUse use, double macsPerSecond) {
    // A kernel that the device has not takes float's time, which is float's affair.
    Optional<Double> nanos = has(use) ? nanos(use) : Optional.empty();
    double least = 1e9 * use.macs() / macsPerSecond;
    if (nanos.isPresent() && nanos.get() < least) {
      violations.add(
          words(use, nanos.get())
              + String.format(
                  Locale.ROOT, " is faster than the device can multiply: %.0f ns", least));
    }
  }

  /** Weights cannot be used before they have arrived. */
  private void checkBytes(KernelUse shape) {
    for (int bits : new int[] {2, 4, 8}) {
      KernelUse use = with(shape, BLOCKWISE, bits);
      Optional<Double> nanos = has(use) ? nanos(use) : Optional.empty();
      if (nanos.isPresent() && limits().isPresent()) {
        double bytes = use.weightElements() * bits / 8.0;
        double least = 1e9 * bytes / limits().get().bytesPerSecond().value();
        if (nanos.get() < least) {
          violations.add(
              words(use, nanos.get())
                  + String.format(
                      Locale.ROOT, " is faster than its weights arrive: %.0f ns", least));
        }
      }
    }
  }

  private void checkBoundaries() {
    for (Arithmetic arithmetic : Arithmetic.values()) {
      for (Op op : List.of(Op.QUANTIZE, Op.DEQUANTIZE)) {
        double before = 0;
        for (long elements : ELEMENTS) {
          KernelUse use = new KernelUse(op, arithmetic, 0, "edge", 0, elements, elements, 0);
          double nanos = model.nanos(use);
          if (!(nanos > 0) || nanos < before) {
            violations.add(
                words(use, nanos) + " costs nothing, or less than one with fewer elements");
          }
          before = nanos;
        }
      }
    }
  }

  private Optional<Limits> limits() {
    if (profile.limits() != null) {
      return Optional.of(profile.limits());
    }
    return Optional.ofNullable(profile.pipeline()).map(Limits::of);
  }

  private boolean has(KernelUse use) {
    return profile
        .find(use.op(), use.arithmetic(), use.weightBits())
        .filter(entry -> entry.cost() != null)
        .isPresent();
  }

  private Optional<Double> nanos(KernelUse use) {
    return profile.find(use.op(), use.arithmetic(), use.weightBits()).isPresent()
        ? Optional.of(model.nanos(use))
        : Optional.empty();
  }

  private static String words(KernelUse use, double nanos) {
    return String.format(
        Locale.ROOT,
        "%s %s at %d bits with %d macs, %d inputs, %d outputs (%.0f ns)",
        JsonObject.id(use.op()),
        JsonObject.id(use.arithmetic()),
        use.weightBits(),
        use.macs(),
        use.inputElements(),
        use.outputElements(),
        nanos);
  }

  private static List<KernelUse> convolutions(Op op) {
    List<KernelUse> shapes = new ArrayList<>();
    for (int channels : CHANNELS) {
      for (int side : SIDES) {
        for (int kernel : KERNELS) {
          long perGroup =
              switch (op) {
                case DEPTHWISE_CONV -> 1;
                case GROUPED_CONV -> 8;
                default -> channels;
              };
          long weights = perGroup * kernel * kernel * channels;
          long elements = (long) channels * side * side;
          shapes.add(
              new KernelUse(
                  op, FLOAT, 32, "rule", weights * side * side, elements, elements, weights));
        }
      }
    }
    return shapes;
  }

  private static List<KernelUse> products() {
    List<KernelUse> shapes = new ArrayList<>();
    for (long rows : ROWS) {
      for (long width : WIDTHS) {
        shapes.add(
            new KernelUse(
                Op.MATMUL,
                FLOAT,
                32,
                "rule",
                rows * width * width,
                rows * width,
                rows * width,
                width * width));
      }
    }
    return shapes;
  }

  private static KernelUse with(KernelUse use, Arithmetic arithmetic, int bits) {
    return new KernelUse(
        use.op(),
        arithmetic,
        bits,
        use.name(),
        use.macs(),
        use.inputElements(),
        use.outputElements(),
        use.weightElements());
  }
}
