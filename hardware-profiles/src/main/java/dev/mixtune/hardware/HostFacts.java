package dev.mixtune.hardware;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What this machine is, as far as quantized kernels care.
 *
 * @param cpuModel the processor's name; the architecture when it does not tell
 * @param cores processors that the Java machine may use
 * @param flags instruction sets of interest that the processor has, sorted
 * @param flagsKnown whether the processor's flags could be read at all
 * @param os operating system and its version
 * @param arch architecture as Java names it, such as {@code amd64} or {@code aarch64}
 * @param javaVersion version of the Java machine
 */
public record HostFacts(
    String cpuModel,
    int cores,
    List<String> flags,
    boolean flagsKnown,
    String os,
    String arch,
    String javaVersion) {

  private static final Set<String> OF_INTEREST =
      Set.of(
          "avx2",
          "avx512f",
          "avx512_vnni",
          "avx_vnni",
          "avx_vnni_int8",
          "amx_int8",
          "asimddp",
          "asimdhp",
          "i8mm",
          "sve");

  /** Where Linux says how the first processor's frequency is chosen. */
  public static final Path GOVERNOR =
      Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

  private static final Set<String> DOT_PRODUCT_X86 =
      Set.of("avx512_vnni", "avx_vnni", "avx_vnni_int8", "amx_int8");

  public HostFacts {
    flags = List.copyOf(flags);
  }

  /**
   * Reads the facts; what cannot be read stays unknown, nothing fails.
   *
   * @param cpuinfo Linux's {@code /proc/cpuinfo}; may be missing
   * @param system Java's system properties
   * @param cores processors that the Java machine may use
   */
  public static HostFacts read(Path cpuinfo, Properties system, int cores) {
    List<String> lines = lines(cpuinfo);
    Optional<String> flagLine = value(lines, "flags").or(() -> value(lines, "Features"));
    Set<String> flags = new TreeSet<>();
    flagLine.ifPresent(
        line ->
            Arrays.stream(line.split("\\s+")).filter(OF_INTEREST::contains).forEach(flags::add));
    String arch = system.getProperty("os.arch", "unknown");
    return new HostFacts(
        value(lines, "model name")
            .or(() -> value(lines, "Model"))
            .or(() -> value(lines, "Hardware"))
            .orElse(arch),
        cores,
        List.copyOf(flags),
        flagLine.isPresent(),
        system.getProperty("os.name", "unknown") + " " + system.getProperty("os.version", ""),
        arch,
        system.getProperty("java.version", "unknown"));
  }

  /**
   * How the processor's frequency is chosen, such as {@code performance}; empty where the system
   * does not tell, as virtual machines do not.
   *
   * @param file such as {@link #GOVERNOR}
   */
  public static Optional<String> governor(Path file) {
    return lines(file).stream().map(String::trim).filter(line -> !line.isEmpty()).findFirst();
  }

  /** Whether the processor is of the x86 family. */
  public boolean isX86() {
    String lower = arch.toLowerCase(Locale.ROOT);
    return lower.equals("amd64") || lower.startsWith("x86") || lower.matches("i[3-6]86");
  }

  /**
   * What the user must know before trusting integer results from this machine; empty when nothing.
   *
   * <p>Without VNNI, x86 multiplies UINT8 by INT8 in pairs that saturate at 16 bits.
   */
  public Optional<String> warning() {
    if (!isX86() || flags.stream().anyMatch(DOT_PRODUCT_X86::contains)) {
      return Optional.empty();
    }
    String state = flagsKnown ? "has no VNNI instructions" : "does not tell if it has VNNI";
    return Optional.of(
        "This processor ("
            + cpuModel
            + ") "
            + state
            + ": without them products of UINT8 activations and INT8 weights saturate, so that"
            + " accuracies measured here can be lower than on other machines, and 8 bits gain less"
            + " speed.");
  }

  /** One line, such as {@code AMD EPYC, 2 cores, avx512_vnni}. */
  public String summary() {
    String some = flags.isEmpty() ? "" : ", " + String.join(" ", flags);
    return cpuModel + ", " + cores + (cores == 1 ? " core" : " cores") + some;
  }

  private static List<String> lines(Path cpuinfo) {
    try {
      // Latin-1 reads any bytes: a strange name must not stop a search.
      return Files.readAllLines(cpuinfo, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2 && parts[0].trim().equals(key))
        .map(parts -> parts[1].trim())
        .filter(text -> !text.isEmpty())
        .findFirst();
  }
}
