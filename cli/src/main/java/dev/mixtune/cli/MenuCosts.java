package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.LatencyModel;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to menus what each choice costs in time. A transformer repeats its matrix products block by
 * block, with the same neighbours: equal ones are timed once.
 */
final class MenuCosts {
  private final List<Layer> layers;
  private final LatencyModel model;
  private final Plan base;
  private final Map<Twin, Menu> known = new HashMap<>();

  /**
   * @param model the latency of whole plans
   * @param base the plan around which one group at a time is changed
   */
  MenuCosts(List<Layer> layers, LatencyModel model, Plan base) {
    this.layers = layers;
    this.model = model;
    this.base = base;
  }

  /** What makes two menus cost the same. */
  private record Twin(List<Long> input, List<Long> output, long parameters, List<Scheme> schemes) {}

  Menu costed(Menu menu) {
    Layer layer = layers.get(menu.layerIndices().get(0));
    if (layer.kind() != OperatorKind.MATMUL || menu.layerIndices().size() > 1) {
      return menu.costed(model, base);
    }
    Twin twin =
        new Twin(
            layer.inputShape(),
            layer.outputShape(),
            layer.parameters(),
            menu.entries().stream().map(MenuEntry::scheme).toList());
    Menu timed = known.get(twin);
    if (timed == null) {
      timed = menu.costed(model, base);
      known.put(twin, timed);
      return timed;
    }
    List<MenuEntry> entries = new ArrayList<>();
    for (int i = 0; i < menu.entries().size(); i++) {
      MenuEntry entry = menu.entries().get(i);
      entries.add(
          new MenuEntry(
              entry.scheme(),
              entry.storedBytes(),
              entry.damage(),
              timed.entries().get(i).latencyCostMillis()));
    }
    return new Menu(menu.group(), menu.layerIndices(), entries);
  }
}
