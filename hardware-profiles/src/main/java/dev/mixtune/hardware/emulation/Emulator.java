package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.UserException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs programs of this class path on an emulated Arm core: QEMU's user-mode emulation, an arm64
 * Java that was unpacked into a folder, and the linux-aarch64 library inside ONNX Runtime's jar.
 */
public final class Emulator {
  private static final String INSTALL = "hardware-profiles/emulation/install";
  private static final String QEMU = "qemu-aarch64";
  private static final String JAVA = "usr/lib/jvm/java-17-openjdk-arm64/bin/java";

  private final EmulatedDevice device;
  private final Path root;
  private final Path natives;
  private final String classPath;
  private final Path qemu;

  private Emulator(EmulatedDevice device, Path root, Path natives, String classPath, Path qemu) {
    this.device = device;
    this.root = root;
    this.natives = natives;
    this.classPath = classPath;
    this.qemu = qemu;
  }

  /**
   * Finds what the emulation needs.
   *
   * @param device whose core is emulated
   * @param root the folder that the install script filled
   * @param natives folder that keeps the unpacked native libraries
   * @param searchPath folders with programs, as in the variable PATH
   * @throws UserException when something is missing; it names the command that installs it
   */
  public static Emulator find(EmulatedDevice device, Path root, Path natives, String searchPath) {
    Path qemu =
        Stream.of(searchPath.split(File.pathSeparator))
            .map(folder -> Path.of(folder, QEMU))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> missing("the program " + QEMU + " is not on the PATH", root));
    Path home = root.resolve(device.machine());
    for (Path needed :
        List.of(
            home.resolve(JAVA), home.resolve("proc/cpuinfo"), root.resolve("instruction-mix.so"))) {
      if (!Files.exists(needed)) {
        throw missing("'" + needed + "' does not exist", root);
      }
    }
    return new Emulator(
        device, root.toAbsolutePath(), natives, System.getProperty("java.class.path", ""), qemu);
  }

  private static UserException missing(String problem, Path root) {
    return new UserException(
        "the emulation is not installed: " + problem,
        "On Debian or Ubuntu, run " + INSTALL + " " + root + " once.");
  }

  /** One model, run {@code warmUps} times and then {@code runs} times. */
  record Work(Path model, int warmUps, int runs) {}

  /**
   * Counts the instructions of models, one after the other, in one process.
   *
   * @param folder for files of this call
   * @return per run, in the order of the work; fewer when the emulated process broke off
   */
  List<InstructionMix> count(List<Work> work, Path folder) {
    try {
      List<String> lines = new ArrayList<>();
      for (Work one : work) {
        lines.add(lines.size() + "," + one.warmUps() + "," + one.runs() + "," + one.model());
      }
      Path list = Files.write(folder.resolve("work.csv"), lines);
      Path counts = folder.resolve("counts.csv");
      Files.deleteIfExists(counts);
      List<String> plugin =
          List.of("-plugin", root.resolve("instruction-mix.so") + ",out=" + counts);
      // Nothing is compiled: the Java part of a run then takes the same instructions each time.
      String log = run(plugin, "-Xint", EmulatedRuns.class, list.toString(), natives.toString());
      List<InstructionMix> mixes = read(counts, work);
      if (mixes.isEmpty()) {
        throw new IllegalStateException("the emulated process counted nothing: " + log);
      }
      return mixes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program of this class path on the emulated core without counting. */
  String run(Class<?> program, String... arguments) {
    return run(List.of(), "-XX:TieredStopAtLevel=1", program, arguments);
  }

  private String run(
      List<String> plugin, String compilation, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(qemu.toString()));
    command.addAll(plugin);
    Path home = root.resolve(device.machine());
    command.addAll(List.of("-L", home.toString(), "-cpu", device.processor()));
    command.addAll(
        List.of(
            home.resolve(JAVA).toString(),
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xss2m",
            compilation,
            program.getName()));
    command.addAll(List.of(arguments));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("CLASSPATH", classPath);
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return log;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped while the emulation ran", e);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<InstructionMix> read(Path counts, List<Work> work) throws IOException {
    TreeMap<Integer, InstructionMix> found = new TreeMap<>();
    if (!Files.exists(counts)) {
      return List.of();
    }
    for (String line : Files.readAllLines(counts)) {
      String[] fields = line.split(",", -1);
      if (fields.length != InstructionMix.KINDS.size() + 1) {
        break; // The process ended while it wrote this line.
      }
      double[] numbers = new double[InstructionMix.KINDS.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(fields[i + 1]);
      }
      int index = Integer.parseInt(fields[0]);
      found.put(index, InstructionMix.of(numbers).times(1.0 / work.get(index).runs()));
    }
    return List.copyOf(found.values());
  }

  /** The device whose core is emulated. */
  EmulatedDevice device() {
    return device;
  }
}
