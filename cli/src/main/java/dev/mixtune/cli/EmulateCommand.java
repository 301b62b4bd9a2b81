package dev.mixtune.cli;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.hardware.emulation.Agreement;
import dev.mixtune.hardware.emulation.EmulatedDevice;
import dev.mixtune.hardware.emulation.Emulation;
import dev.mixtune.hardware.emulation.Emulator;
import dev.mixtune.results.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tune profile --emulate}: an Arm device's profile, or a check, without the device. */
final class EmulateCommand {
  private static final long SEED = 1;

  private final Surroundings around;

  EmulateCommand(Surroundings around) {
    this.around = around;
  }

  /**
   * Makes the profile, or checks a file.
   *
   * @param deviceName the device, as typed
   * @param out where the profile goes; null with --check
   */
  int run(EmulateOptions options, String deviceName, @Nullable Path out) {
    EmulatedDevice device = EmulatedDevice.named(deviceName);
    Path root = options.root == null ? around.cache().resolve("emulation") : options.root;
    Emulator emulator =
        Emulator.find(
            device, root, around.cache(), System.getenv().getOrDefault("PATH", "/usr/bin"));
    OrtRuntime runtime = OrtRuntime.start(around.cache());
    Emulation emulation = new Emulation(emulator, runtime, around.cache());
    if (options.check != null) {
      return check(emulation, runtime, options, options.check, device);
    }
    if (out == null) {
      throw new UserException(
          "there is no --out", "Name the profile's file, such as --out " + device.id() + ".json.");
    }
    Path counts =
        options.counts == null
            ? root.resolve(
                device.machine() + "-" + runtime.version().replace(' ', '-') + "-counts.csv")
            : options.counts;
    Emulation.Made made = emulation.profile(counts, line -> around.err().println(line));
    AtomicFile.write(out, made.json().getBytes(StandardCharsets.UTF_8));
    made.report().forEach(line -> around.out().println(line));
    around.out().println();
    around.out().println(out + ": the profile, from the counts in " + counts);
    return ExitCodes.DONE;
  }

  private int check(
      Emulation emulation,
      OrtRuntime runtime,
      EmulateOptions options,
      Path model,
      EmulatedDevice device) {
    if (!Files.isRegularFile(model)) {
      throw new UserException(
          "--check '" + model + "' is no file", "Name a file that ./tune export wrote.");
    }
    Task task = TaskFile.read(options.task == null ? around.exampleTask() : options.task);
    List<Map<String, Tensor>> inputs = new ArrayList<>();
    try (Session floatModel = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, floatModel, SEED, around.cache())) {
      SampleSet set = data.evaluation();
      for (Map<String, Tensor> one : set.batches(1, /* padded= */ true)) {
        if (inputs.size() == options.checkedSamples()) {
          break;
        }
        inputs.add(one);
      }
    }
    Agreement agreement = emulation.check(model, inputs);
    around
        .out()
        .printf(
            Locale.ROOT,
            "%s on %s, emulated: %d of %d predictions as on this machine, %d answers equal to the"
                + " bit; the answers are %.3g apart in the mean, %.3g at most (by length)%n",
            model,
            device.id(),
            agreement.samePrediction(),
            agreement.samples(),
            agreement.identical(),
            agreement.meanDistance(),
            agreement.worstDistance());
    return ExitCodes.DONE;
  }
}
