package dev.mixtune.evaluators;

import dev.mixtune.engine.runtime.Session;
import java.util.Locale;
import java.util.Set;

/** Which of a model's inputs and outputs hold what; the runtime converts narrower ones. */
final class PortTypes {
  private static final Set<String> REALS = Set.of("FLOAT", "FLOAT16");
  private static final Set<String> INTEGERS = Set.of("INT64", "INT32");

  private PortTypes() {}

  /** Whether it takes or gives float32, or half precision that is converted from and to it. */
  static boolean isReal(Session.Port port) {
    return REALS.contains(port.type().toUpperCase(Locale.ROOT));
  }

  /** Whether it takes or gives int64, or int32 that is converted from and to it. */
  static boolean isInteger(Session.Port port) {
    return INTEGERS.contains(port.type().toUpperCase(Locale.ROOT));
  }
}
