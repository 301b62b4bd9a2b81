package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import java.util.List;
import java.util.Optional;

/**
 * A latency that somebody measured and published on an Arm device with Cortex-A76 cores.
 *
 * @param device the device
 * @param clockHz of the slowest core that takes part
 * @param threads how many cores; 0 where the publisher does not say
 * @param network a network of {@link KnownNetworks}
 * @param integer INT8, or float
 * @param millis the figure
 * @param calibrates what is chosen so that this figure is met: a kind of kernel whose efficiency it
 *     is, or BARRIER; empty for a check
 * @param source who published it, and the runtime
 */
record PublishedFigure(
    String device,
    double clockHz,
    int threads,
    String network,
    boolean integer,
    double millis,
    Optional<String> calibrates,
    String source) {
  private static final String CALIBRATES = "calibrates ";
  private static final String BARRIER = "BARRIER";

  /** Threads that are taken for a calibration where the publisher does not say. */
  static final int ALL_CORES = 4;

  /** All figures that ship. */
  static List<PublishedFigure> all() {
    return Evidence.lines("published-arm.csv").stream()
        .skip(1)
        .map(PublishedFigure::parse)
        .toList();
  }

  private static PublishedFigure parse(String line) {
    String[] fields = line.split(",", 8);
    String role = fields[6];
    return new PublishedFigure(
        fields[0],
        Double.parseDouble(fields[1]),
        fields[2].equals("?") ? 0 : Integer.parseInt(fields[2]),
        fields[3],
        fields[4].equals("int8"),
        Double.parseDouble(fields[5]),
        role.startsWith(CALIBRATES)
            ? Optional.of(role.substring(CALIBRATES.length()).split(" ", -1)[0])
            : Optional.empty(),
        fields[7].replace("\"", ""));
  }

  boolean isCheck() {
    return calibrates.isEmpty();
  }

  boolean calibratesBarrier() {
    return calibrates.filter(BARRIER::equals).isPresent();
  }

  /** The kind of kernels whose efficiency the figure chooses; it does choose one. */
  KernelFamily.Efficiency efficiency() {
    return KernelFamily.Efficiency.valueOf(calibrates.orElseThrow());
  }

  List<KernelUse> kernels() {
    return KnownNetworks.named(network).kernels(integer);
  }
}
