package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.emulation.EmulatedProfile.Label;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Profiles and checks of Arm devices that nobody has at hand: ONNX Runtime's own aarch64 kernels
 * run under emulation.
 */
public final class Emulation {
  private static final String SHARES = "see README.md";

  private final Emulator emulator;
  private final OrtRuntime runtime;
  private final Path natives;

  /**
   * @param emulator runs the kernels
   * @param runtime lowers models, and answers samples, on this machine
   * @param natives folder that keeps the unpacked native libraries
   */
  public Emulation(Emulator emulator, OrtRuntime runtime, Path natives) {
    this.emulator = emulator;
    this.runtime = runtime;
    this.natives = natives;
  }

  /**
   * A profile as text, with what was printed while it was made.
   *
   * @param json the profile, schema version 1
   * @param report the published figures beside the predicted ones, Markdown
   */
  public record Made(String json, List<String> report) {
    public Made {
      report = List.copyOf(report);
    }
  }

  /**
   * Counts what is not yet counted, and makes the device's profile.
   *
   * @param counts the table of counts, which is completed; a stopped run goes on
   * @param progress hears one line per batch
   * @throws UserException when the table cannot be read or written
   */
  public Made profile(Path counts, Consumer<String> progress) {
    try {
      Path folder = Files.createTempDirectory("mixtune-emulation");
      try {
        Counting counting = new Counting(emulator, runtime, folder, progress);
        counting.complete(ProbeCatalogue.all(), counts);
        ReferenceNetworks networks = new ReferenceNetworks(runtime);
        CountTable table = counting.completeNetworks(networks, counts);
        Made made = make(emulator.device(), table, runtime.version());
        List<String> report = new ArrayList<>(made.report());
        report.add("");
        report.addAll(NetworkCheck.lines(table, networks, folder));
        return new Made(made.json(), report);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UserException(
          "the counts '" + counts + "' cannot be completed: " + e,
          "Name another file with --counts.",
          e);
    }
  }

  /** The profile of a device from its counts; the counts of the other machine are those shipped. */
  static Made make(EmulatedDevice device, CountTable table, String runtime) {
    CountTable a76 =
        device == EmulatedDevice.RASPBERRYPI5
            ? table
            : CountTable.of(Evidence.lines(EmulatedDevice.RASPBERRYPI5.evidence()));
    PublishedReport report =
        new PublishedReport(new PublishedModel(new EmulatedProfile(a76)), PublishedFigure.all());
    ArmCore core = device.core();
    PeakShares shares = report.calibration();
    List<String> lines = new ArrayList<>(report.lines());
    if (core.inOrder()) {
      InOrderLoss loss = InOrderLoss.published();
      lines.add("");
      lines.addAll(loss.lines(shares));
      shares = loss.of(shares);
    }
    Label label =
        new Label(
            device.id(),
            device.title() + "; modelled from executed instructions, never timed on the device",
            provenance(device),
            core.description(),
            runtime.replace("onnxruntime", "ONNX Runtime"),
            device.evidence(),
            core.inOrder()
                ? "that of a Cortex-A76, less what an in-order core loses, see README.md"
                : SHARES);
    Profile profile =
        new EmulatedProfile(table)
            .on(label, core.pipeline(), core.pipeline().clockHz().value(), shares)
            .withPower(PublishedPower.terms());
    return new Made(ProfileText.of(profile), lines);
  }

  private static String provenance(EmulatedDevice device) {
    return "executed instructions of ONNX Runtime's own kernels under emulation"
        + (device.id().equals(device.machine())
            ? ""
            : " (counted for '" + device.machine() + "': the same on each of its cores)")
        + ", published facts about the core, and efficiencies from published figures of Cortex-A76"
        + " devices"
        + (device.core().inOrder()
            ? ", lowered by what a Cortex-A53 loses beside a Cortex-A72"
            : "")
        + "; no kernel was timed on the device";
  }

  /**
   * The profile of no device in particular: the counts of a Cortex-A76 on {@link ArmCore#GENERIC}.
   *
   * @param counts of the Raspberry Pi 5
   * @param runtime the program whose kernels were counted
   * @return JSON, schema version 1
   */
  static String generic(CountTable counts, String runtime) {
    EmulatedProfile kernels = new EmulatedProfile(counts);
    PeakShares calibration =
        new PublishedReport(new PublishedModel(kernels), PublishedFigure.all()).calibration();
    ArmCore core = ArmCore.GENERIC;
    Label label =
        new Label(
            "generic-arm64",
            "A middle-of-the-road 64-bit Arm core with dot products (Cortex-A76 class, 2 GHz);"
                + " modelled, no such device was timed",
            "executed instructions of ONNX Runtime's own kernels under emulation of a"
                + " Cortex-A76, a core of that class at an assumed clock, and efficiencies from"
                + " published figures of Cortex-A76 devices; no kernel was timed",
            core.description(),
            runtime.replace("onnxruntime", "ONNX Runtime"),
            EmulatedDevice.RASPBERRYPI5.evidence(),
            SHARES);
    Profile made =
        kernels.on(label, core.pipeline(), core.pipeline().clockHz().value(), calibration);
    return ProfileText.of(
        new Profile(
                made.name(),
                made.description(),
                made.provenance(),
                made.runtime(),
                made.threads(),
                made.batch(),
                made.core(),
                made.pipeline(),
                made.statedError(),
                "Unknown: this is no one device. Ratios between schemes carry over between cores of"
                    + " this class better than milliseconds do.",
                made.sparsity(),
                made.kernels())
            .withPower(PublishedPower.terms()));
  }

  /**
   * Answers samples with an exported file, on this machine and on the emulated one.
   *
   * @param model the file
   * @param inputs inputs by name, one run after the other; at least one
   * @throws UserException when the emulated process does not answer
   */
  public Agreement check(Path model, List<Map<String, Tensor>> inputs) {
    try {
      Path folder = Files.createTempDirectory("mixtune-emulation");
      try {
        Path asked = folder.resolve("inputs");
        Path answered = folder.resolve("outputs");
        TensorFile.write(asked, inputs);
        String log =
            emulator.run(
                EmulatedAnswers.class,
                model.toAbsolutePath().toString(),
                asked.toString(),
                answered.toString(),
                natives.toString());
        if (!Files.exists(answered)) {
          throw new UserException(
              "'" + model + "' was not answered under emulation: " + log.strip(),
              "Check that the file runs on this machine.");
        }
        return Agreement.of(
            EmulatedAnswers.answers(runtime, model, inputs), TensorFile.read(answered));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
