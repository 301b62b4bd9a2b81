package dev.mixtune.hardware.emulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.hardware.Cost;
import dev.mixtune.hardware.Fact;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Pipeline;
import dev.mixtune.hardware.PowerTerms;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.Terms;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** Writes a profile of counted kernels as JSON. */
final class ProfileText {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ProfileText() {}

  /** The profile, which has a pipeline, as JSON with a line feed at the end. */
  static String of(Profile profile) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schemaVersion", profile.power() == null ? 1 : 2);
    root.put("name", profile.name());
    root.put("description", profile.description());
    root.put("provenance", profile.provenance());
    root.put("runtime", profile.runtime());
    root.put("threads", profile.threads());
    root.put("batch", profile.batch());
    root.putObject("statedError").put("source", profile.statedErrorSource());
    ObjectNode device = root.putObject("device").put("core", profile.core());
    pipeline(device.putObject("pipeline"), Objects.requireNonNull(profile.pipeline()));
    if (profile.power() != null) {
      power(device.putObject("power"), profile.power());
    }
    profile.kernels().forEach(entry -> entry(root.withArray("kernels").addObject(), entry));
    try {
      return MAPPER
              .writer(
                  new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
              .writeValueAsString(root)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and texts cannot be written", e);
    }
  }

  private static void pipeline(ObjectNode node, Pipeline pipeline) {
    fact(node, "clockHz", pipeline.clockHz());
    fact(node, "instructionsPerCycle", pipeline.instructionsPerCycle());
    fact(node, "multipliesPerCycle", pipeline.multipliesPerCycle());
    fact(node, "loadsPerCycle", pipeline.loadsPerCycle());
    fact(node, "memoryBytesPerSecond", pipeline.memoryBytesPerSecond());
    fact(node, "cacheBytes", pipeline.cacheBytes());
    fact(node, "cacheBytesPerSecond", pipeline.cacheBytesPerSecond());
  }

  private static void power(ObjectNode node, PowerTerms power) {
    fact(node, "floatMacPicojoules", power.floatMac());
    fact(node, "integerMacPicojoules", power.integerMac());
    fact(node, "instructionPicojoules", power.instruction());
    fact(node, "memoryBytePicojoules", power.memoryByte());
    fact(node, "cacheBytePicojoules", power.cacheByte());
  }

  private static void fact(ObjectNode node, String name, Fact fact) {
    number(node.putObject(name), "value", fact.value())
        .put("status", id(fact.status()))
        .put("source", fact.source());
  }

  private static void entry(ObjectNode node, KernelEntry entry) {
    node.put("op", id(entry.op()));
    Arrays.stream(Arithmetic.values())
        .filter(entry.arithmetics()::contains)
        .forEach(arithmetic -> node.withArray("arithmetics").add(id(arithmetic)));
    node.putArray("weightBits").add(entry.leastWeightBits()).add(entry.mostWeightBits());
    node.put("basis", entry.basis().id());
    if (entry.cost() instanceof Cost.Counted cost) {
      ObjectNode text = node.putObject("cost");
      terms(text, "instructions", cost.instructions());
      terms(text, "multiplies", cost.multiplies());
      terms(text, "loads", cost.loads());
      terms(text, "bytes", cost.bytes());
      number(text, "efficiency", cost.efficiency());
      number(text, "fixedMicros", cost.fixedMicros());
    }
    node.put("source", entry.source());
  }

  private static void terms(ObjectNode cost, String name, Terms terms) {
    if (terms.equals(Terms.NONE)) {
      return;
    }
    ObjectNode node = cost.putObject(name);
    term(node, "perMac", terms.perMac());
    term(node, "perPatchElement", terms.perPatchElement());
    term(node, "perInput", terms.perInput());
    term(node, "perOutput", terms.perOutput());
    term(node, "perWeight", terms.perWeight());
  }

  private static void term(ObjectNode node, String name, double value) {
    if (value != 0) {
      number(node, name, value);
    }
  }

  private static ObjectNode number(ObjectNode node, String name, double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? node.put(name, (long) value) : node.put(name, value);
  }

  private static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
