package dev.mixtune.hardware;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes profiles as {@link ProfileReader} reads them, schema version 2. */
public final class ProfileWriter {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** An object or list without objects inside: short enough for one line. */
  private static final Pattern INNERMOST =
      Pattern.compile(
          "\\{\\s+(\"(?:macs|per[A-Z][A-Za-z]*)\"[^{}\\[\\]]*?)\\s+}|\\[\\s+([^{}\\[\\]]*?)\\s+]");

  private ProfileWriter() {}

  /** The profile as text. */
  public static String write(Profile profile) {
    ObjectNode root = NODES.objectNode();
    root.put("schemaVersion", 2);
    root.put("name", profile.name());
    root.put("description", profile.description());
    root.put("provenance", profile.provenance());
    root.put("runtime", profile.runtime());
    root.put("threads", profile.threads());
    root.put("batch", profile.batch());
    ObjectNode error = root.putObject("statedError");
    if (profile.statedError() != null) {
      error.put("value", profile.statedError());
    }
    error.put("source", profile.statedErrorSource());
    ObjectNode device = root.putObject("device");
    device.put("core", profile.core());
    if (profile.pipeline() != null) {
      device.set("pipeline", pipeline(profile.pipeline()));
    }
    if (profile.limits() != null) {
      device.set("limits", limits(profile.limits()));
    }
    if (profile.power() != null) {
      device.set("power", power(profile.power()));
    }
    if (profile.sparsity() != null) {
      root.putObject("sparsity")
          .put("share", profile.sparsity().share())
          .put("basis", profile.sparsity().basis().id())
          .put("source", profile.sparsity().source());
    }
    if (profile.run() != null) {
      root.set("run", run(profile.run()));
    }
    ArrayNode kernels = root.putArray("kernels");
    profile.kernels().forEach(entry -> kernels.add(entry(entry)));
    try {
      return onFewLines(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a profile is always JSON", e);
    }
  }

  private static String onFewLines(String json) {
    Matcher innermost = INNERMOST.matcher(json);
    return innermost.replaceAll(
        match -> {
          boolean object = match.group(1) != null;
          String inside = (object ? match.group(1) : match.group(2)).replaceAll("\\s*\\n\\s*", " ");
          return Matcher.quoteReplacement(object ? "{" + inside + "}" : "[" + inside + "]");
        });
  }

  private static ObjectNode run(RunCost run) {
    ObjectNode json = NODES.objectNode();
    json.put("micros", run.micros());
    if (!run.fetches().isEmpty()) {
      ArrayNode fetches = json.putArray("fetches");
      run.fetches()
          .forEach(
              fetch ->
                  fetches
                      .addObject()
                      .put("beyondBytes", fetch.beyondBytes())
                      .put("nanosPerByte", fetch.nanosPerByte()));
    }
    return json.put("basis", run.basis().id()).put("source", run.source());
  }

  private static ObjectNode entry(KernelEntry entry) {
    ObjectNode json = NODES.objectNode();
    json.put("op", JsonObject.id(entry.op()));
    ArrayNode arithmetics = json.putArray("arithmetics");
    entry.arithmetics().stream().sorted().map(JsonObject::id).forEach(arithmetics::add);
    json.putArray("weightBits").add(entry.leastWeightBits()).add(entry.mostWeightBits());
    json.put("basis", entry.basis().id());
    if (entry.cost() != null) {
      json.set("cost", cost(entry.cost()));
    }
    json.put("source", entry.source());
    return json;
  }

  private static ObjectNode cost(Cost cost) {
    ObjectNode json = NODES.objectNode();
    if (cost instanceof Cost.Counted counted) {
      json.set("instructions", terms(counted.instructions()));
      json.set("multiplies", terms(counted.multiplies()));
      json.set("loads", terms(counted.loads()));
      json.set("bytes", terms(counted.bytes()));
      json.put("efficiency", counted.efficiency());
    } else if (cost instanceof Cost.Timed timed) {
      json.set("nanos", terms(timed.nanos()));
    } else if (cost instanceof Cost.Gridded gridded) {
      json.set("nanos", terms(gridded.nanos()));
      json.set("grid", grid(gridded.grid()));
    }
    json.put("fixedMicros", cost.fixedMicros());
    return json;
  }

  private static ObjectNode grid(MeasuredGrid grid) {
    ObjectNode json = NODES.objectNode();
    json.put("reachOctaves", grid.reachOctaves());
    json.put("spread", grid.spread());
    json.put("noise", grid.noise());
    ArrayNode samples = json.putArray("samples");
    for (GridSample sample : grid.samples()) {
      samples
          .addObject()
          .put("macs", sample.macs())
          .put("inputs", sample.inputs())
          .put("outputs", sample.outputs())
          .put("weights", sample.weights())
          .put("nanos", sample.nanos());
    }
    return json;
  }

  private static ObjectNode terms(Terms terms) {
    ObjectNode json = NODES.objectNode();
    put(json, "perMac", terms.perMac());
    put(json, "perPatchElement", terms.perPatchElement());
    put(json, "perInput", terms.perInput());
    put(json, "perOutput", terms.perOutput());
    put(json, "perWeight", terms.perWeight());
    return json;
  }

  private static void put(ObjectNode json, String key, double value) {
    if (value != 0) {
      json.put(key, value);
    }
  }

  private static ObjectNode pipeline(Pipeline pipeline) {
    ObjectNode json = NODES.objectNode();
    json.set("clockHz", fact(pipeline.clockHz()));
    json.set("instructionsPerCycle", fact(pipeline.instructionsPerCycle()));
    json.set("multipliesPerCycle", fact(pipeline.multipliesPerCycle()));
    json.set("loadsPerCycle", fact(pipeline.loadsPerCycle()));
    json.set("memoryBytesPerSecond", fact(pipeline.memoryBytesPerSecond()));
    json.set("cacheBytes", fact(pipeline.cacheBytes()));
    json.set("cacheBytesPerSecond", fact(pipeline.cacheBytesPerSecond()));
    return json;
  }

  private static ObjectNode limits(Limits limits) {
    ObjectNode json = NODES.objectNode();
    json.set("floatMacsPerSecond", fact(limits.floatMacsPerSecond()));
    json.set("integerMacsPerSecond", fact(limits.integerMacsPerSecond()));
    json.set("bytesPerSecond", fact(limits.bytesPerSecond()));
    if (limits.memoryBytesPerSecond() != null) {
      json.set("memoryBytesPerSecond", fact(limits.memoryBytesPerSecond()));
    }
    return json;
  }

  private static ObjectNode power(PowerTerms power) {
    ObjectNode json = NODES.objectNode();
    json.set("floatMacPicojoules", fact(power.floatMac()));
    json.set("integerMacPicojoules", fact(power.integerMac()));
    json.set("instructionPicojoules", fact(power.instruction()));
    json.set("memoryBytePicojoules", fact(power.memoryByte()));
    json.set("cacheBytePicojoules", fact(power.cacheByte()));
    return json;
  }

  private static ObjectNode fact(Fact fact) {
    return NODES
        .objectNode()
        .put("value", fact.value())
        .put("status", JsonObject.id(fact.status()))
        .put("source", fact.source());
  }
}
