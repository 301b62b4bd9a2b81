package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Scheme;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One kernel of one shape whose instructions are counted.
 *
 * <p>Counted are the difference between a model with three of them and a model with one, divided by
 * two: everything that both models have in common goes away.
 *
 * @param kind what runs
 * @param in input channels, or the inner length of a product
 * @param out output channels, or the outer length of a product
 * @param kernel height and width of the window, 1 where there is none
 * @param stride of the window
 * @param groups of a convolution
 * @param size height and width of the input, or rows of a product
 * @param scheme how it computes
 */
record Probe(
    Kind kind, int in, int out, int kernel, int stride, int groups, int size, Scheme scheme) {

  /** What runs, and whether one can feed the next: copies side by side each add an output. */
  enum Kind {
    CONV(KernelUse.Op.CONV, false),
    MATMUL(KernelUse.Op.MATMUL, false),
    GEMM(KernelUse.Op.MATMUL, false),
    ADD(KernelUse.Op.ADD, true),
    MAXPOOL(KernelUse.Op.POOL, true),
    AVGPOOL(KernelUse.Op.POOL, false),
    SIGMOID(KernelUse.Op.ACTIVATION, true),
    TANH(KernelUse.Op.ACTIVATION, true),
    ERF(KernelUse.Op.ACTIVATION, true),
    SOFTMAX(KernelUse.Op.ACTIVATION, true),
    CONCAT(KernelUse.Op.CONCAT, false),
    QUANTIZE(KernelUse.Op.QUANTIZE, false),
    DEQUANTIZE(KernelUse.Op.DEQUANTIZE, false),
    /** Its only purpose is the cost of one more output. */
    NEGATE(KernelUse.Op.OTHER, true),
    NEGATE_OUT(KernelUse.Op.OTHER, false);

    private final KernelUse.Op op;
    private final boolean chained;

    Kind(KernelUse.Op op, boolean chained) {
      this.op = op;
      this.chained = chained;
    }

    boolean isChained() {
      return chained;
    }

    boolean isProduct() {
      return this == MATMUL || this == GEMM;
    }
  }

  private static final Pattern TEXT =
      Pattern.compile("(\\w+) (\\d+)-(\\d+) k(\\d+) s(\\d+) g(\\d+) @(\\d+) (\\w+)");

  /** The form in count tables, such as {@code conv 64-64 k3 s1 g1 @16 w8a8}. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s %d-%d k%d s%d g%d @%d %s",
        kind.name().toLowerCase(Locale.ROOT),
        in,
        out,
        kernel,
        stride,
        groups,
        size,
        scheme.id());
  }

  /** The probe of a text. */
  static Probe parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no probe");
    }
    return new Probe(
        Kind.valueOf(m.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(m.group(2)),
        Integer.parseInt(m.group(3)),
        Integer.parseInt(m.group(4)),
        Integer.parseInt(m.group(5)),
        Integer.parseInt(m.group(6)),
        Integer.parseInt(m.group(7)),
        Scheme.ofId(m.group(8)));
  }

  /** The kernel of one copy. */
  KernelUse use() {
    long outSize = ((long) size + stride - 1) / stride;
    long inputs = kind.isProduct() ? (long) size * in : (long) in * size * size;
    long outputs =
        switch (kind) {
          case CONV, MAXPOOL -> out * outSize * outSize;
          case MATMUL, GEMM -> (long) size * out;
          case AVGPOOL -> out;
          case CONCAT -> 2 * inputs;
          default -> inputs;
        };
    boolean two = kind == Kind.ADD || kind == Kind.CONCAT;
    long weights = weights();
    long macs = kind == Kind.CONV ? weights * outSize * outSize : weights * size;
    boolean weighted = weights > 0;
    return new KernelUse(
        op(),
        scheme.arithmetic(),
        weighted ? scheme.weightBits() : 0,
        text(),
        weighted ? macs : 0,
        two ? 2 * inputs : inputs,
        outputs,
        weights);
  }

  private long weights() {
    return switch (kind) {
      case CONV -> (long) in / groups * out * kernel * kernel;
      case MATMUL, GEMM -> (long) in * out;
      default -> 0;
    };
  }

  /** The operator that the profile prices it as. */
  KernelUse.Op op() {
    if (kind == Kind.CONV && groups > 1) {
      return groups == in ? KernelUse.Op.DEPTHWISE_CONV : KernelUse.Op.GROUPED_CONV;
    }
    return kind.op;
  }

  /**
   * Whether copies are added up instead of having an output each: ONNX Runtime turns images on
   * integers to channels last, and would turn each output back.
   */
  boolean isJoined() {
    return scheme.arithmetic() == Arithmetic.INTEGER_STATIC
        && !kind.isChained()
        && !kind.isProduct();
  }

  /** Whether every copy is followed by a conversion to float. */
  boolean isDequantizedEach() {
    return scheme.arithmetic() == Arithmetic.INTEGER_STATIC && kind.isProduct();
  }
}
