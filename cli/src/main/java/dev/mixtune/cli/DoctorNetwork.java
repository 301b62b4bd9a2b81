package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.graph.ModelFacts;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.Untouched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What doctor says about a network: its layers, and what is not among them. */
final class DoctorNetwork {
  /** Nodes of one kind that are named one by one. */
  private static final int NAMED = 5;

  private final String file;
  private final long fileBytes;
  private final long opset;
  private final List<Layer> layers;
  private final List<Untouched> untouched;
  private final long macs;

  DoctorNetwork(Network network) {
    this(
        network.file(),
        network.fileBytes(),
        network.graph().opset(),
        network.layers(),
        network.untouched());
  }

  /** A model that is too large to be imported. */
  DoctorNetwork(ModelFacts facts) {
    this(facts.file(), facts.fileBytes(), facts.opset(), facts.layers(), facts.untouched());
  }

  private DoctorNetwork(
      String file, long fileBytes, long opset, List<Layer> layers, List<Untouched> untouched) {
    this.file = file;
    this.fileBytes = fileBytes;
    this.opset = opset;
    this.layers = layers;
    this.untouched = untouched;
    this.macs =
        layers.stream().mapToLong(Layer::macs).sum()
            + untouched.stream().mapToLong(Untouched::macs).sum();
  }

  /** Layers, groups, work and weights per kind. */
  List<String> layers() {
    TextTable table = new TextTable(0);
    table.add("kind of layer", "layers", "M MACs", "share", "weights");
    Map<OperatorKind, List<Layer>> kinds = new LinkedHashMap<>();
    layers.forEach(l -> kinds.computeIfAbsent(l.kind(), k -> new ArrayList<>()).add(l));
    kinds.forEach((kind, ofKind) -> table.add(row(name(kind), ofKind)));
    table.add(row("all that can be quantized", layers));
    long groups = layers.stream().map(Layer::group).distinct().count();
    return List.of(
        String.format(
            Locale.ROOT,
            "%s: %.1f MB, opset %d, %d layers in %d groups%s",
            file,
            fileBytes / 1e6,
            opset,
            layers.size(),
            groups,
            groups < layers.size() ? " (layers that share weights share their width)" : ""),
        "",
        table.toString());
  }

  private List<String> row(String name, List<Layer> layers) {
    long work = layers.stream().mapToLong(Layer::macs).sum();
    long weights = layers.stream().mapToLong(Layer::parameters).sum();
    return List.of(
        name,
        Integer.toString(layers.size()),
        String.format(Locale.ROOT, "%.2f", work / 1e6),
        percent(work),
        String.format(Locale.ROOT, "%,d", weights));
  }

  private String percent(long work) {
    return macs == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * work / macs);
  }

  /** {@code depthwise conv} for {@code DEPTHWISE_CONV}. */
  private static String name(OperatorKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** What no plan changes, by operator and reason. */
  List<String> untouched() {
    if (untouched.isEmpty()) {
      return List.of("Every operator with weights is a layer.");
    }
    Map<String, List<Untouched>> kinds = new LinkedHashMap<>();
    untouched.forEach(
        node ->
            kinds
                .computeIfAbsent(node.operator() + ": " + node.reason(), k -> new ArrayList<>())
                .add(node));
    List<String> lines = new ArrayList<>(List.of("Left as they are in every plan:"));
    kinds.forEach(
        (reason, nodes) -> {
          long work = nodes.stream().mapToLong(Untouched::macs).sum();
          lines.add(
              String.format(
                  Locale.ROOT,
                  "  %d %s (%s of the MACs): %s",
                  nodes.size(),
                  reason,
                  percent(work),
                  names(nodes)));
        });
    return lines;
  }

  private static String names(List<Untouched> nodes) {
    List<String> names = nodes.stream().limit(NAMED).map(node -> "'" + node.node() + "'").toList();
    return String.join(", ", names) + (nodes.size() > NAMED ? ", ..." : "");
  }
}
