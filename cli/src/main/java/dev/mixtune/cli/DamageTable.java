package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.DamageAnalyser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** What an analyser makes of each layer and scheme, as text. */
final class DamageTable {
  private DamageTable() {}

  static String of(
      SensitivityMethod method,
      DamageAnalyser damages,
      List<Layer> layers,
      Function<Layer, ? extends Collection<Scheme>> offered) {
    SortedSet<Scheme> schemes = new TreeSet<>();
    layers.forEach(layer -> schemes.addAll(offered.apply(layer)));
    schemes.remove(Scheme.F32);
    TextTable table = new TextTable(0);
    List<String> head = new ArrayList<>(List.of("damage by " + method.id()));
    schemes.forEach(scheme -> head.add(scheme.id()));
    table.add(head);
    for (Layer layer : layers) {
      List<String> row = new ArrayList<>(List.of(layer.name()));
      for (Scheme scheme : schemes) {
        OptionalDouble damage =
            offered.apply(layer).contains(scheme)
                ? damages.damage(layer, scheme)
                : OptionalDouble.empty();
        row.add(damage.isEmpty() ? "" : String.format(Locale.ROOT, "%.3g", damage.getAsDouble()));
      }
      table.add(row);
    }
    return table.toString();
  }
}
