package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.lowering.KernelSurvey;
import dev.mixtune.engine.lowering.OldestRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What doctor says about kernels: what each scheme really runs, and what it does not reach. */
final class DoctorKernels {
  private static final int NAMED = 5;

  private final Workbench bench;
  private final KernelSurvey survey;

  DoctorKernels(Workbench bench, KernelSurvey survey) {
    this.bench = bench;
    this.survey = survey;
  }

  /** A row per scheme: the plan that gives it to every layer that may take it. */
  List<String> kernels() {
    int layers = bench.network().layers().size();
    TextTable table = new TextTable(0, 4);
    table.add("scheme", "layers", "narrow MACs", "file", "kernels of these layers");
    List<String> remarks = new ArrayList<>();
    for (KernelSurvey.SchemeUse use : survey.schemes()) {
      boolean computesNarrow = use.scheme().arithmetic() != Arithmetic.FLOAT;
      table.add(
          use.scheme().id(),
          use.layers() + " of " + layers,
          computesNarrow ? String.format(Locale.ROOT, "%.1f %%", 100 * use.integerMacShare()) : "-",
          String.format(
              Locale.ROOT, "%.3f", (double) use.fileBytes() / bench.network().fileBytes()),
          use.failure().isPresent() ? "none" : counts(use));
      remarks.addAll(remarks(use));
    }
    List<String> lines = new ArrayList<>();
    lines.add(bench.target().sentence());
    bench.host().warning().ifPresent(lines::add);
    lines.add(
        "Kernels of "
            + bench.runtime().version()
            + ", read from the optimised graph (plans of one scheme; file against the float one):");
    lines.add(table.toString().stripTrailing());
    lines.addAll(remarks);
    return lines;
  }

  private static String counts(KernelSurvey.SchemeUse use) {
    return use.kernels().entrySet().stream()
        .map(kernel -> kernel.getKey() + " " + kernel.getValue())
        .collect(Collectors.joining(", "));
  }

  private static List<String> remarks(KernelSurvey.SchemeUse use) {
    List<String> remarks = new ArrayList<>();
    String id = use.scheme().id();
    use.failure()
        .ifPresent(reason -> remarks.add("  " + id + ": the runtime refuses the plan: " + reason));
    if (!use.inFloat().isEmpty()) {
      remarks.add("  " + id + ": run in float all the same: " + names(use.inFloat()));
    }
    if (!use.unplanned().isEmpty()) {
      remarks.add("  " + id + ": integer kernels that nobody asked for: " + names(use.unplanned()));
    }
    return remarks;
  }

  private static String names(List<String> names) {
    return names.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (names.size() > NAMED ? ", ... (" + names.size() + ")" : "");
  }

  /** Operators between the layers that break integer regions. */
  List<String> leftInFloat() {
    if (survey.left().isEmpty()) {
      return List.of("With 8 bits everywhere, all operators between the layers stay on integers.");
    }
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (KernelSurvey.LeftInFloat left : survey.left()) {
      byReason
          .computeIfAbsent(left.reason(), key -> new ArrayList<>())
          .add(left.count() + " " + left.operator() + " ('" + left.example() + "')");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "Operators between the layers that stay float with 8 bits everywhere, each with one:");
    byReason.forEach((reason, all) -> lines.add("  " + reason + ": " + String.join(", ", all)));
    return lines;
  }

  /** Which runtimes read the files: the oldest one, by what is in them. */
  List<String> runtimes() {
    Map<String, List<String>> byVersion = new LinkedHashMap<>();
    for (KernelSurvey.SchemeUse use : survey.schemes()) {
      OldestRuntime oldest = OldestRuntime.of(bench.network(), use.scheme());
      byVersion
          .computeIfAbsent(
              oldest.version() + (oldest.isOldestTried() ? " (older ones were not tried)" : ""),
              key -> new ArrayList<>())
          .add(use.scheme().id());
    }
    List<String> lines = new ArrayList<>();
    lines.add("Oldest ONNX Runtime for files with");
    byVersion.forEach((version, ids) -> lines.add("  " + String.join(", ", ids) + ": " + version));
    return byVersion.isEmpty() ? List.of() : lines;
  }
}
