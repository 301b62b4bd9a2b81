package dev.mixtune.hardware.profiler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.chain.ChainModel;
import dev.mixtune.engine.chain.LoweredChain;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Models for {@code onnxruntime_perf_test} on a device without a Java machine, and the way back
 * from its output to observations.
 *
 * <p>The folder holds {@code models/}, {@code manifest.json}, the script, and after the script ran
 * {@code results/}: one text for each model, one for each time the anchor ran, and {@code
 * device.txt}.
 */
public final class PerfTestBundle {
  /** Name of the script. */
  public static final String SCRIPT = "run.sh";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String MANIFEST = "manifest.json";
  private static final String MODELS = "models";
  private static final String RESULTS = "results";
  private static final long SEED = 1;

  /** The anchor runs before each of so many models. */
  static final int BETWEEN_ANCHORS = 10;

  /** The share of the models without which no profile is made. */
  private static final double LEAST_SHARE = 0.5;

  private PerfTestBundle() {}

  /**
   * What the folder holds.
   *
   * @param format 1
   * @param models in the order in which they run; the first is the anchor
   */
  record Manifest(int format, List<Item> models) {}

  /**
   * One model.
   *
   * @param file its name in {@code models/}
   * @param id chain and schemes
   * @param kernels what it runs
   */
  record Item(String file, String id, List<KernelUse> kernels) {}

  /**
   * What was read from a folder.
   *
   * @param facts about the device
   * @param observations one for each model that could be read
   * @param complaints what could not be read
   */
  public record Imported(
      DeviceFacts facts, List<Observation> observations, List<String> complaints) {}

  /**
   * Writes the folder.
   *
   * @param runtime reads and calibrates the float models
   * @param grid what to bundle
   * @param folder where
   * @throws UserException when the folder holds something already, or cannot be written
   */
  public static void write(OrtRuntime runtime, List<Experiment> grid, Path folder) {
    if (Files.exists(folder.resolve(MANIFEST))) {
      throw new UserException(
          "'" + folder + "' holds a bundle already", "Choose another folder, or delete it.");
    }
    try {
      Files.createDirectories(folder.resolve(MODELS));
      List<Item> items = new ArrayList<>();
      for (Experiment experiment : grid) {
        LoweredChain chain = LoweredChain.of(runtime, experiment.chain(), SEED);
        for (List<Scheme> schemes : experiment.variants()) {
          if (ChainProfiler.offers(chain, schemes)) {
            ChainModel model = chain.lower(schemes);
            String file = String.format(Locale.ROOT, "m%04d.onnx", items.size());
            Files.write(folder.resolve(MODELS).resolve(file), model.model());
            items.add(new Item(file, experiment.id(schemes), model.kernels()));
          }
        }
      }
      Path script = folder.resolve(SCRIPT);
      Files.writeString(script, script());
      script.toFile().setExecutable(true);
      // Last: a folder with a manifest is whole.
      Files.writeString(
          folder.resolve(MANIFEST), JSON.writeValueAsString(new Manifest(1, items)) + "\n");
    } catch (IOException e) {
      throw new UserException("'" + folder + "' cannot be written: " + e, "Choose another.", e);
    }
  }

  private static String script() {
    try (var stream = PerfTestBundle.class.getResourceAsStream("run-on-phone.sh")) {
      return new String(
          java.util.Objects.requireNonNull(stream).readAllBytes(),
          java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Reads the results.
   *
   * @param folder that {@link #write} wrote and the script completed
   * @param name of the profile
   * @throws UserException when there is no bundle, or most results are missing
   */
  public static Imported read(Path folder, String name) {
    Manifest manifest = manifest(folder);
    List<String> complaints = new ArrayList<>();
    double[] anchors = anchors(folder, manifest.models().size(), complaints);
    double reference = median(anchors);
    List<Observation> observations = new ArrayList<>();
    for (int i = 0; i < manifest.models().size(); i++) {
      Item item = manifest.models().get(i);
      Optional<PerfTestOutput> output =
          output(folder.resolve(RESULTS).resolve(item.file() + ".txt"), complaints);
      if (output.isPresent()) {
        double drift = anchors[i / BETWEEN_ANCHORS] / reference;
        observations.add(
            new Observation(item.id(), item.kernels(), output.get().nanos() / drift, 0));
      }
    }
    if (observations.size() < LEAST_SHARE * manifest.models().size()) {
      throw new UserException(
          "'"
              + folder
              + "' has readable results of "
              + observations.size()
              + " of "
              + manifest.models().size()
              + " models; the first trouble: "
              + (complaints.isEmpty() ? "none" : complaints.get(0)),
          "Run " + SCRIPT + " again: it goes on where it stopped.");
    }
    return new Imported(facts(folder, name), observations, complaints);
  }

  private static Manifest manifest(Path folder) {
    Path file = folder.resolve(MANIFEST);
    try {
      return JSON.readValue(Files.readString(file), Manifest.class);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "'" + folder + "' is no bundle: it has no " + MANIFEST,
          "Make one by ./tune profile --bundle " + folder + ".",
          e);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "'" + file + "' is damaged: " + e.getOriginalMessage(), "Make the bundle anew.", e);
    } catch (IOException e) {
      throw new UserException("'" + file + "' cannot be read: " + e, "Make it readable.", e);
    }
  }

  /** The anchor's time before each ten models; where it is missing, what it was before. */
  private static double[] anchors(Path folder, int models, List<String> complaints) {
    double[] anchors = new double[(models - 1) / BETWEEN_ANCHORS + 1];
    double last = 0;
    for (int i = 0; i < anchors.length; i++) {
      Path file = folder.resolve(RESULTS).resolve(String.format(Locale.ROOT, "anchor%03d.txt", i));
      last = output(file, complaints).map(PerfTestOutput::nanos).orElse(last);
      anchors[i] = last;
    }
    for (int i = anchors.length - 2; i >= 0; i--) {
      anchors[i] = anchors[i] == 0 ? anchors[i + 1] : anchors[i];
    }
    if (anchors[0] == 0) {
      throw new UserException(
          "'"
              + folder.resolve(RESULTS)
              + "' has no readable time of the anchor"
              + (complaints.isEmpty() ? "" : ": " + complaints.get(0)),
          "Run " + SCRIPT + " first; it fills that folder.");
    }
    return anchors;
  }

  private static Optional<PerfTestOutput> output(Path file, List<String> complaints) {
    try {
      String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
      Optional<PerfTestOutput> output = PerfTestOutput.read(text);
      if (output.isEmpty()) {
        String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("nothing");
        complaints.add(
            "'"
                + file
                + "' holds neither 'P50 Latency' nor 'Average inference time cost'; it"
                + " begins: "
                + first);
      }
      return output;
    } catch (NoSuchFileException e) {
      complaints.add("'" + file + "' is missing");
    } catch (IOException e) {
      complaints.add("'" + file + "' cannot be read: " + e);
    }
    return Optional.empty();
  }

  private static DeviceFacts facts(Path folder, String name) {
    Map<String, String> told = new HashMap<>();
    try {
      Path file = folder.resolve(RESULTS).resolve("device.txt");
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        String[] parts = line.split("=", 2);
        if (parts.length == 2 && !parts[1].isBlank()) {
          told.put(parts[0].trim(), parts[1].trim());
        }
      }
    } catch (IOException e) {
      throw new UserException("the facts of the device cannot be read: " + e, "Look there.", e);
    }
    return new DeviceFacts(
        name,
        told.getOrDefault("device", "unknown device")
            + told.entrySet().stream()
                .filter(entry -> entry.getKey().equals("cpus"))
                .map(entry -> ", cpus " + entry.getValue())
                .findFirst()
                .orElse(""),
        "ONNX Runtime "
            + told.getOrDefault("runtime", "of unknown version")
            + ", onnxruntime_perf_test, CPU provider",
        threads(told),
        told.getOrDefault("date", "unknown date"),
        /* limits= */ null,
        "by onnxruntime_perf_test, the median of its runs, corrected by an anchor before each "
            + BETWEEN_ANCHORS
            + " models");
  }

  private static int threads(Map<String, String> told) {
    String text = told.getOrDefault("threads", "1");
    if (!text.matches("[1-9][0-9]{0,2}")) {
      throw new UserException(
          "device.txt says threads=" + text, "It must be a whole number of 1 or more.");
    }
    return Integer.parseInt(text);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
