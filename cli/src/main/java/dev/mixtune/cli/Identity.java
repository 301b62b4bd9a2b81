package dev.mixtune.cli;

import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.evaluators.Task;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.RunCost;
import dev.mixtune.search.Objective;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must not change while a study goes on. */
final class Identity {
  private static final String PROFILE = "profile";
  private static final String MACHINE = "machine";
  private static final String ENERGY = "energy per operation";

  /** Entries that decide times and choices, never what a file holds. */
  private static final Set<String> NOT_IN_THE_FILES =
      Set.of(
          "target",
          ENERGY,
          PROFILE,
          MACHINE,
          "batch",
          "threads",
          "confidence",
          "max drop",
          "sensitivity");

  private Identity() {}

  /** The identity of a study, in the order in which differences are named. */
  static Map<String, String> of(RunOptions options, Workbench bench) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("model", bench.network().sha256());
    identity.put("task", bench.task().name());
    identity.put("metric", bench.task().metric().id());
    identity.put("search samples", bench.data().search().fingerprint());
    identity.put("holdout samples", bench.data().holdout().fingerprint());
    identity.put("calibration samples", bench.data().calibration().fingerprint());
    identity.put(
        "inputs", bench.task().inputs().stream().map(Identity::preprocessing).toList().toString());
    identity.put("target", bench.target().name());
    if (bench.target() instanceof ProfileTarget profile) {
      identity.put(PROFILE, digest(profile.profile()));
    } else {
      identity.put(MACHINE, bench.host().summary());
    }
    if (options.sensitivityMethod() != SensitivityMethod.KL) {
      identity.put("sensitivity", options.sensitivityMethod().id());
    }
    identity.put("seed", Long.toString(options.seed));
    identity.put("objectives", options.objectiveSet().toString());
    if (options.objectiveSet().contains(Objective.ENERGY)
        && bench.target() instanceof ProfileTarget profile) {
      identity.put(ENERGY, String.valueOf(profile.profile().power()));
    }
    identity.put("bits", options.bitSet().toString());
    identity.put("keep", options.keep.toString());
    identity.put("exclude", options.exclude.toString());
    identity.put("confidence", options.confidence);
    identity.put("max drop", Objects.requireNonNullElse(options.maxDrop, "none"));
    identity.put("batch", Integer.toString(bench.task().latency().batch()));
    identity.put("axes", new TreeMap<>(bench.axes().lengths()).toString());
    identity.put("threads", Integer.toString(bench.threads()));
    identity.put("activation ranges", Workbench.RANGE_METHOD);
    identity.put("weight rounding", Workbench.ROUNDING_METHOD);
    identity.put("rounding version", Integer.toString(RoundingCache.VERSION));
    bench.target().sparsity().ifPresent(s -> identity.put("sparsity", String.valueOf(s.share())));
    identity.put("runtime", bench.runtime().version());
    identity.put("lowering", Integer.toString(PlanLowering.VERSION));
    return identity;
  }

  /**
   * The first entry in which a study's files would come out differently now; empty when there is
   * none. What only decides times and choices does not count.
   *
   * @param stored the identity that the study was made with
   * @param now the identity of the same command line today
   */
  static Optional<String> differenceInFiles(Map<String, String> stored, Map<String, String> now) {
    Set<String> names = new LinkedHashSet<>(stored.keySet());
    names.addAll(now.keySet());
    names.removeAll(NOT_IN_THE_FILES);
    return names.stream()
        .filter(name -> !Objects.equals(stored.get(name), now.get(name)))
        .map(
            name ->
                "its "
                    + name
                    + " was "
                    + quoted(stored.get(name))
                    + " and is "
                    + quoted(now.get(name))
                    + " now")
        .findFirst();
  }

  private static String quoted(@Nullable String value) {
    return value == null ? "none" : "'" + value + "'";
  }

  /** The samples have fingerprints of their own; this is what is done to them. */
  private static String preprocessing(Task.Input input) {
    String done = input.name() + " " + input.layout() + " " + input.scaling();
    Task.Text text = input.text();
    return text == null
        ? done
        : String.join(
            " ",
            text.kind().id(),
            text.pooling().id(),
            text.maxTokens().toString(),
            Hashes.sha256(text.tokenizer()));
  }

  /** SHA-256 of all that decides a profile's times, in hexadecimal digits. */
  static String digest(Profile profile) {
    StringBuilder text = new StringBuilder();
    text.append(profile.name())
        .append(profile.threads())
        .append('/')
        .append(profile.batch())
        .append(profile.pipeline())
        .append(profile.statedError());
    for (KernelEntry entry : profile.kernels()) {
      text.append('\n')
          .append(entry.op())
          // Immutable sets have another order in every process.
          .append(new TreeSet<>(entry.arithmetics()))
          .append(entry.leastWeightBits())
          .append('-')
          .append(entry.mostWeightBits())
          .append(entry.basis())
          .append(entry.cost());
    }
    RunCost run = profile.run();
    if (run != null) {
      // Profiles of schema version 1 have none, and keep the identity that they always had.
      text.append("\nrun").append(run.micros()).append(run.fetches()).append(run.basis());
    }
    return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The version of this program. */
  static String version() {
    String version = Identity.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
