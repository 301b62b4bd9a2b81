package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The implementations that were compared, as plain text: a row per shape and implementation. */
final class ImplementationTable {
  private ImplementationTable() {}

  private record Shape(List<Long> input, List<Long> weights) {}

  /**
   * The table; empty where nothing was compared.
   *
   * @param target where times hold, for the heading
   */
  static String of(Implementations compared, List<Layer> layers, String target) {
    Map<Shape, List<Layer>> shapes = new LinkedHashMap<>();
    for (Layer layer : layers) {
      if (!compared.of(layer).isEmpty()) {
        shapes
            .computeIfAbsent(
                new Shape(layer.inputShape(), layer.weightShape()), key -> new ArrayList<>())
            .add(layer);
      }
    }
    if (shapes.isEmpty()) {
      return "";
    }
    TextTable table = new TextTable(0, 1, 3);
    table.add("input", "weights", "layers", "scheme", "time", "error");
    shapes.forEach((shape, members) -> rows(table, shape, members, compared));
    String line = System.lineSeparator();
    return "Implementations of layers alone on "
        + target
        + ": time by the float layer's, error of the outputs (of one layer where it is too slow to be"
        + " taken); menus hold those with a star"
        + line
        + table;
  }

  private static void rows(
      TextTable table, Shape shape, List<Layer> members, Implementations compared) {
    List<Implementations.Alternative> taken = compared.taken(members.get(0));
    compared
        .of(members.get(0))
        .forEach(
            (bits, width) -> {
              for (Implementations.Alternative each : width) {
                table.add(
                    times(shape.input()),
                    times(shape.weights()),
                    Integer.toString(members.size()),
                    each.scheme() + (taken.contains(each) ? " *" : ""),
                    String.format(Locale.ROOT, "%.3f", each.timeRatio()),
                    String.format(Locale.ROOT, "%.4f", each.error()));
              }
            });
  }

  private static String times(List<Long> axes) {
    return String.join("x", axes.stream().map(String::valueOf).toList());
  }
}
