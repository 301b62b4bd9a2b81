package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A study of made-up evaluations. */
abstract class StudyStoreFixture {
  static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path folder;

  Path file() {
    return folder.resolve("study.db");
  }

  static Map<String, String> identity() {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("model", "sha256:abc");
    identity.put("target", "host");
    identity.put("seed", "7");
    return identity;
  }

  StudyStore open() {
    return StudyStore.open(file(), identity(), CLOCK);
  }

  static Evaluation evaluation(int number) {
    List<Scheme> schemes = new ArrayList<>();
    for (int bit = 0; bit < 12; bit++) {
      schemes.add((number >> bit & 1) == 1 ? Scheme.W8A8 : Scheme.W4A8);
    }
    return new Evaluation(
        new Plan(schemes),
        new PairedScore(4000, 0.9131, 0.1 + number / 7.0, -1e-17, 1 / 3.0, 3650 + number, 9, 7),
        new Latency(1.5 + number / 3.0, 0.5, 0.01, Basis.MEASURED),
        70_000L + number,
        4.1 + number / 9.0,
        "kernels-" + number % 2,
        null);
  }

  /** The same plan, scored otherwise: another row. */
  static Evaluation inContext(int number) {
    Evaluation library = evaluation(number);
    return new Evaluation(
        library.plan(),
        Rounding.CONTEXT,
        new PairedScore(4000, 0.9131, 0.91, -0.001, 0.004, 3640, 20, 8),
        library.latency(),
        library.sizeBytes() + 24,
        library.storedWeightBits(),
        library.kernelSignature(),
        null);
  }
}
