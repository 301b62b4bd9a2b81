package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Network;

/**
 * The oldest ONNX Runtime that reads a deployable file, and runs it on the kernels that were
 * planned. Tried with the Java packages 1.16.3, 1.17.3, 1.18.0, 1.19.2, 1.20.0, 1.21.1, 1.22.0,
 * 1.23.2, 1.24.2 and 1.29.0 on one network for each opset from 11 to 23; see {@code
 * docs/runtimes.md}.
 *
 * @param version such as {@code 1.16}
 * @param isOldestTried whether older ones may do: none was tried
 */
public record OldestRuntime(String version, boolean isOldestTried) {
  private static final String OLDEST_TRIED = "1.16";
  private static final String[] TRIED = {
    OLDEST_TRIED, "1.17", "1.18", "1.19", "1.20", "1.21", "1.22", "1.23", "1.24", "1.29"
  };

  /** DequantizeLinear with one scale per channel entered ONNX's own operator set here. */
  private static final long PER_CHANNEL_OPSET = 13;

  /**
   * For a file in which layers take a scheme.
   *
   * @param network whose operator set the file keeps
   * @param scheme of at least one of its layers
   */
  public static OldestRuntime of(Network network, Scheme scheme) {
    return of(network.graph().opset(), scheme);
  }

  static OldestRuntime of(long opset, Scheme scheme) {
    String forOperators = forOperators(opset);
    String forScheme =
        switch (scheme.arithmetic()) {
          case FLOAT, INTEGER_DYNAMIC -> OLDEST_TRIED;
          case INTEGER_STATIC -> forStatic(opset);
          case BLOCKWISE -> forBlocks(scheme.weightBits());
        };
    String version = rank(forScheme) > rank(forOperators) ? forScheme : forOperators;
    return new OldestRuntime(version, version.equals(OLDEST_TRIED));
  }

  private static String forOperators(long opset) {
    if (opset <= 19) {
      return OLDEST_TRIED;
    }
    return switch ((int) Math.min(opset, 24)) {
      case 20 -> "1.17";
      case 21 -> "1.18";
      case 22 -> "1.21";
      case 23 -> "1.23";
      default -> "1.29";
    };
  }

  /** Older runtimes know the operators but have no kernel of this version of them. */
  private static String forStatic(long opset) {
    if (opset < PER_CHANNEL_OPSET) {
      return "1.17";
    }
    return opset <= 20 ? OLDEST_TRIED : opset == 21 ? "1.20" : opset == 22 ? "1.21" : "1.24";
  }

  private static String forBlocks(int bits) {
    return switch (bits) {
      case 4 -> "1.17";
      case 8 -> "1.22";
      default -> "1.24";
    };
  }

  private static int rank(String version) {
    return java.util.Arrays.asList(TRIED).indexOf(version);
  }
}
