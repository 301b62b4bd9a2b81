package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Whole networks as the terms foretell them, beside what they really executed. */
final class NetworkCheck {
  private NetworkCheck() {}

  /** A table, Markdown. */
  static List<String> lines(CountTable table, ReferenceNetworks networks, Path folder)
      throws IOException {
    EmulatedProfile fitted = new EmulatedProfile(table);
    Probe smallest =
        ProbeCatalogue.all().stream()
            .filter(probe -> probe.kind() == Probe.Kind.NEGATE)
            .findFirst()
            .orElseThrow();
    double overhead = table.runOverhead(smallest).all();
    List<String> lines = new ArrayList<>();
    lines.add("| network, scheme | counted M | from the terms M | ratio |");
    lines.add("|---|---|---|---|");
    for (String name : ReferenceNetworks.names()) {
      List<KernelUse> kernels = networks.write(name, folder.resolve("reference.onnx"));
      double counted = table.find(name, 1).orElseThrow().all();
      OptionalDouble foretold = fitted.instructions(kernels);
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %.3f | %.3f | %.2f |",
              name,
              counted / 1e6,
              (foretold.orElse(Double.NaN) + overhead) / 1e6,
              (foretold.orElse(Double.NaN) + overhead) / counted));
    }
    return lines;
  }
}
