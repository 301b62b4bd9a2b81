package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one group of layers may choose from: one gene of the search.
 *
 * @param group the group's name, unique among menus
 * @param layerIndices the layers that share the choice, as positions in the plan
 * @param entries the choices, each scheme at most once
 */
public record Menu(String group, List<Integer> layerIndices, List<MenuEntry> entries) {

  public Menu {
    layerIndices = List.copyOf(layerIndices);
    entries = List.copyOf(entries);
    if (layerIndices.isEmpty() || entries.isEmpty()) {
      throw new IllegalArgumentException(
          "menu '" + group + "' needs a layer and an entry: " + layerIndices + ", " + entries);
    }
    Set<Integer> distinctLayers = new HashSet<>(layerIndices);
    if (distinctLayers.size() < layerIndices.size()) {
      throw new IllegalArgumentException("menu '" + group + "' repeats a layer: " + layerIndices);
    }
    if (entries.stream().map(MenuEntry::scheme).distinct().count() < entries.size()) {
      throw new IllegalArgumentException("menu '" + group + "' repeats a scheme: " + entries);
    }
  }

  /**
   * This menu with latency costs taken from a model: for each entry, what changing this group alone
   * to it adds to the latency of {@code base}.
   *
   * @param model predicts the latency of whole plans, boundaries between precisions included
   * @param base the plan around which the change is made; the costs hold near it only
   */
  public Menu costed(LatencyModel model, Plan base) {
    double before = model.millis(base);
    return new Menu(
        group,
        layerIndices,
        entries.stream()
            .map(
                entry ->
                    new MenuEntry(
                        entry.scheme(),
                        entry.storedBytes(),
                        entry.damage(),
                        model.millis(changed(base, entry)) - before))
            .toList());
  }

  private Plan changed(Plan base, MenuEntry entry) {
    Plan plan = base;
    for (int layer : layerIndices) {
      plan = plan.with(layer, entry.scheme());
    }
    return plan;
  }
}
