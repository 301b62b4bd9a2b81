package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Counts the models that a table does not hold yet, and appends them batch by batch. */
final class Counting {
  private static final int WARM_UPS = 1;
  private static final int RUNS = 1;
  private static final int BATCH = 80;
  private static final int[] COPIES = {1, 3};

  private final Emulator emulator;
  private final ProbeModel models;
  private final Path folder;
  private final Consumer<String> progress;

  /**
   * @param runtime lowers the models on this machine
   * @param folder for models; emptied of them afterwards
   * @param progress hears one line per batch
   */
  Counting(Emulator emulator, OrtRuntime runtime, Path folder, Consumer<String> progress) {
    this.emulator = emulator;
    this.models = new ProbeModel(runtime);
    this.folder = folder;
    this.progress = progress;
  }

  /** A model that is not yet counted. */
  private record Missing(Probe probe, int copies) {}

  /** Completes the whole networks in the table in the file and returns the table. */
  CountTable completeNetworks(ReferenceNetworks networks, Path file) throws IOException {
    for (String name : ReferenceNetworks.names()) {
      if (CountTable.read(file).find(name, 1).isEmpty()) {
        Path model = folder.resolve("network.onnx");
        networks.write(name, model);
        CountTable counted = new CountTable();
        counted.put(
            name,
            1,
            emulator.count(List.of(new Emulator.Work(model, WARM_UPS, RUNS)), folder).get(0));
        CountTable.append(file, counted);
        Files.deleteIfExists(model);
        progress.accept(emulator.device().id() + ": " + name + " counted");
      }
    }
    return CountTable.read(file);
  }

  /** Completes the kernels in the table in the file and returns it. */
  CountTable complete(List<Probe> probes, Path file) throws IOException {
    while (true) {
      CountTable table = CountTable.read(file);
      List<Missing> missing = missing(probes, table);
      if (missing.isEmpty()) {
        return table;
      }
      List<Missing> batch = missing.subList(0, Math.min(BATCH, missing.size()));
      count(batch, file);
      progress.accept(
          emulator.device().id()
              + ": "
              + (2 * probes.size() - missing.size() + batch.size())
              + " of "
              + 2 * probes.size()
              + " models counted");
    }
  }

  private static List<Missing> missing(List<Probe> probes, CountTable table) {
    List<Missing> missing = new ArrayList<>();
    for (Probe probe : probes) {
      for (int copies : COPIES) {
        if (table.find(probe.text(), copies).isEmpty()) {
          missing.add(new Missing(probe, copies));
        }
      }
    }
    return missing;
  }

  private void count(List<Missing> batch, Path file) throws IOException {
    List<Emulator.Work> work = new ArrayList<>();
    for (Missing one : batch) {
      Path model = folder.resolve("probe" + work.size() + ".onnx");
      models.write(one.probe(), one.copies(), model);
      work.add(new Emulator.Work(model, WARM_UPS, RUNS));
    }
    List<InstructionMix> mixes = emulator.count(work, folder);
    CountTable counted = new CountTable();
    for (int i = 0; i < mixes.size(); i++) {
      counted.put(batch.get(i).probe().text(), batch.get(i).copies(), mixes.get(i));
    }
    CountTable.append(file, counted);
    for (Emulator.Work one : work) {
      Files.deleteIfExists(one.model());
    }
  }
}
