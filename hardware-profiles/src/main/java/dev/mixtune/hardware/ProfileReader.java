package dev.mixtune.hardware;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads profiles, schema versions 1 and 2. Every complaint names the file and the path in it. */
public final class ProfileReader {
  private static final int FIRST_VERSION = 1;
  private static final int NEWEST_VERSION = 2;
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ProfileReader() {}

  /**
   * Reads a profile file.
   *
   * @throws UserException when the file cannot be read, is no JSON, or breaks the schema
   */
  public static Profile read(Path file) {
    try {
      return read(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UserException(
          "profile '" + file + "' does not exist", "Maybe the path has a typo", e);
    } catch (IOException e) {
      throw new UserException(
          "profile '" + file + "' cannot be read: " + e, "Maybe it is no text file", e);
    }
  }

  /**
   * Reads a profile.
   *
   * @param file the name that complaints use
   * @param json the text
   * @throws UserException when the text is no JSON or breaks the schema
   */
  public static Profile read(String file, String json) {
    JsonObject root = new JsonObject(file, "", parse(file, json));
    int version = root.integer("schemaVersion");
    if (version < FIRST_VERSION || version > NEWEST_VERSION) {
      throw new UserException(
          "profile '" + file + "': schemaVersion is " + version + ", this program reads 1 and 2",
          "Maybe a newer version of the program wrote it");
    }
    JsonObject device = root.object("device");
    String core = device.text("core");
    Pipeline pipeline = pipeline(device.objectOrNull("pipeline"));
    Limits limits = version == 1 ? null : limits(device.objectOrNull("limits"));
    PowerTerms power = version == 1 ? null : power(device.objectOrNull("power"));
    device.end();
    JsonObject error = root.object("statedError");
    Double statedError = error.has("value") ? (Double) error.number("value") : null;
    String errorSource = error.text("source");
    error.end();
    String name = root.text("name");
    String description = root.text("description");
    String provenance = root.text("provenance");
    String runtime = root.text("runtime");
    int threads = root.integer("threads");
    int batch = root.integer("batch");
    Sparsity sparsity = sparsity(root.objectOrNull("sparsity"));
    RunCost run = version == 1 ? null : runCost(root.objectOrNull("run"));
    List<KernelEntry> kernels = new ArrayList<>();
    for (JsonObject kernel : root.objects("kernels")) {
      kernels.add(entry(kernel, version));
    }
    root.end();
    return root.build(
        () ->
            new Profile(
                name,
                description,
                provenance,
                runtime,
                threads,
                batch,
                core,
                pipeline,
                statedError,
                errorSource,
                sparsity,
                run,
                limits,
                power,
                kernels));
  }

  private static JsonNode parse(String file, String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "profile '" + file + "' is no JSON: " + e.getOriginalMessage() + where(e),
          "Maybe a comma or a quote is missing",
          e);
    }
  }

  private static String where(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
  }

  private static @Nullable Pipeline pipeline(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    Pipeline pipeline =
        new Pipeline(
            fact(json.object("clockHz")),
            fact(json.object("instructionsPerCycle")),
            fact(json.object("multipliesPerCycle")),
            fact(json.object("loadsPerCycle")),
            fact(json.object("memoryBytesPerSecond")),
            fact(json.object("cacheBytes")),
            fact(json.object("cacheBytesPerSecond")));
    json.end();
    return pipeline;
  }

  private static @Nullable Sparsity sparsity(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    double share = json.number("share");
    Basis basis = json.choice("basis", Basis.class);
    String source = json.text("source");
    json.end();
    return json.build(() -> new Sparsity(share, basis, source));
  }

  private static @Nullable RunCost runCost(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    double micros = json.number("micros");
    Basis basis = json.choice("basis", Basis.class);
    String source = json.text("source");
    List<RunCost.Fetch> fetches = new ArrayList<>();
    for (JsonObject fetch : json.has("fetches") ? json.objects("fetches") : List.<JsonObject>of()) {
      long beyond = fetch.count("beyondBytes");
      double nanos = fetch.number("nanosPerByte");
      fetch.end();
      fetches.add(fetch.build(() -> new RunCost.Fetch(beyond, nanos)));
    }
    json.end();
    return json.build(() -> new RunCost(micros, fetches, basis, source));
  }

  private static @Nullable Limits limits(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    Limits limits =
        new Limits(
            fact(json.object("floatMacsPerSecond")),
            fact(json.object("integerMacsPerSecond")),
            fact(json.object("bytesPerSecond")),
            json.has("memoryBytesPerSecond") ? fact(json.object("memoryBytesPerSecond")) : null);
    json.end();
    return limits;
  }

  private static @Nullable PowerTerms power(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    PowerTerms power =
        new PowerTerms(
            fact(json.object("floatMacPicojoules")),
            fact(json.object("integerMacPicojoules")),
            fact(json.object("instructionPicojoules")),
            fact(json.object("memoryBytePicojoules")),
            fact(json.object("cacheBytePicojoules")));
    json.end();
    return power;
  }

  private static Fact fact(JsonObject json) {
    double value = json.number("value");
    Fact.Status status = json.choice("status", Fact.Status.class);
    String source = json.text("source");
    json.end();
    return json.build(() -> new Fact(value, status, source));
  }

  private static KernelEntry entry(JsonObject json, int version) {
    KernelUse.Op op = json.choice("op", KernelUse.Op.class);
    var arithmetics = json.choices("arithmetics", Arithmetic.class);
    int[] bits = json.range("weightBits");
    Basis basis = json.choice("basis", Basis.class);
    JsonObject costJson = json.objectOrNull("cost");
    Cost cost = costJson == null ? null : cost(costJson, version);
    String source = json.text("source");
    json.end();
    return json.build(
        () -> new KernelEntry(op, arithmetics, bits[0], bits[1], basis, cost, source));
  }

  private static Cost cost(JsonObject json, int version) {
    double fixedMicros = json.number("fixedMicros");
    if (json.has("nanos")) {
      Terms nanos = terms(json.object("nanos"));
      if (version > 1 && json.has("grid")) {
        MeasuredGrid grid = grid(json.object("grid"));
        json.end();
        return json.build(() -> new Cost.Gridded(nanos, fixedMicros, grid));
      }
      json.end();
      return json.build(() -> new Cost.Timed(nanos, fixedMicros));
    }
    Terms instructions = terms(json.object("instructions"));
    Terms multiplies = terms(json.objectOrNull("multiplies"));
    Terms loads = terms(json.objectOrNull("loads"));
    Terms bytes = terms(json.object("bytes"));
    double efficiency = json.number("efficiency");
    json.end();
    return json.build(
        () -> new Cost.Counted(instructions, multiplies, loads, bytes, efficiency, fixedMicros));
  }

  private static MeasuredGrid grid(JsonObject json) {
    double reach = json.number("reachOctaves");
    double spread = json.number("spread");
    double noise = json.number("noise");
    List<GridSample> samples = new ArrayList<>();
    for (JsonObject sample : json.objects("samples")) {
      long macs = sample.count("macs");
      long inputs = sample.count("inputs");
      long outputs = sample.count("outputs");
      long weights = sample.count("weights");
      double nanos = sample.number("nanos");
      sample.end();
      samples.add(sample.build(() -> new GridSample(macs, inputs, outputs, weights, nanos)));
    }
    json.end();
    return json.build(() -> new MeasuredGrid(samples, reach, spread, noise));
  }

  private static Terms terms(@Nullable JsonObject json) {
    if (json == null) {
      return Terms.NONE;
    }
    double perMac = json.numberOrZero("perMac");
    double perPatchElement = json.numberOrZero("perPatchElement");
    double perInput = json.numberOrZero("perInput");
    double perOutput = json.numberOrZero("perOutput");
    double perWeight = json.numberOrZero("perWeight");
    json.end();
    return json.build(() -> new Terms(perMac, perPatchElement, perInput, perOutput, perWeight));
  }
}
