package dev.mixtune.search;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small values for tests. */
final class Toys {

  static final ReferencePoint UNIT = new ReferencePoint(1, 1, 1);

  private Toys() {}

  static MenuEntry entry(Scheme scheme, long bytes, double damage, double millis) {
    return new MenuEntry(scheme, bytes, damage, millis);
  }

  static Menu menu(int layer, MenuEntry... entries) {
    return new Menu("layer" + layer, List.of(layer), List.of(entries));
  }

  /** A menu of widths 16, 8, 4, 2 in which no entry dominates another. */
  static Menu fourWidths(int layer) {
    return menu(
        layer,
        entry(Scheme.F16, 160, 0, 3),
        entry(Scheme.W8A8, 80, 1, 1),
        entry(Scheme.W4A8, 40, 2, 1),
        entry(Scheme.W2A8, 20, 8, 1));
  }

  static Evaluation scored(Plan plan, double drop, double ratio, long size) {
    return scored(plan, drop, new Latency(ratio, ratio, 0, Basis.MODELLED), size, "");
  }

  static Evaluation scored(Plan plan, double drop, Latency latency, long size, String signature) {
    PairedScore score = new PairedScore(1000, 0.9, 0.9 - drop, drop, drop, 0, 0, 0);
    return new Evaluation(plan, score, latency, size, 8, signature, null);
  }

  /** A plan that no other number gives. */
  static Plan plan(int number) {
    Scheme[] digits = Scheme.values();
    List<Scheme> schemes = new ArrayList<>();
    for (int rest = number, i = 0; i < 4; i++, rest /= digits.length) {
      schemes.add(digits[rest % digits.length]);
    }
    return new Plan(schemes);
  }

  /** Random evaluations with many ties. */
  static List<Evaluation> random(Random random, int count, int levels) {
    List<Evaluation> evaluations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      evaluations.add(
          scored(
              plan(i),
              random.nextInt(levels) / 100.0,
              (1 + random.nextInt(levels)) / 100.0,
              1 + random.nextInt(levels)));
    }
    return evaluations;
  }
}
