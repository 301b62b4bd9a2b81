package dev.mixtune.cli;

import dev.mixtune.engine.lowering.PlanLowering;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What must not change while a study goes on. */
final class Identity {
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
    identity.put("target", bench.target().name());
    identity.put("seed", Long.toString(options.seed));
    identity.put("objectives", options.objectiveSet().toString());
    identity.put("bits", options.bitSet().toString());
    identity.put("keep", options.keep.toString());
    identity.put("exclude", options.exclude.toString());
    identity.put("confidence", options.confidence);
    identity.put("max drop", Objects.requireNonNullElse(options.maxDrop, "none"));
    identity.put("batch", Integer.toString(bench.task().latency().batch()));
    identity.put("threads", Integer.toString(bench.threads()));
    identity.put("runtime", bench.runtime().version());
    identity.put("lowering", Integer.toString(PlanLowering.VERSION));
    return identity;
  }

  /** The version of this program. */
  static String version() {
    String version = Identity.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
