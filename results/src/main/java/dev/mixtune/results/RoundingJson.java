package dev.mixtune.results;

import dev.mixtune.engine.fitting.EqualizationChoice;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.RoundingReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code rounding.json}, schemaVersion 1: every rounding method's error, per layer and width.
 *
 * <p>{@code layers[]}: {@code layer} (index), {@code name}, {@code bits}, {@code chosen} (a
 * method), {@code rows} (rows of calibration data that the layer was rounded on) and {@code errors}
 * (by method: mean squared difference from the float layer's answers over their variance, on
 * held-back samples; null where it was not measured). {@code blocks[]}: the same for matrix
 * products in blocks, with {@code blockSize} (weights that share a scale; 0 in {@code layers}: all
 * of an output). {@code networks[]}: {@code plan} (schemes joined by blanks), {@code fitted} and
 * {@code plain} (the same error of the whole network's outputs, all layers fitted or all rounded by
 * least squares) and {@code kept} ({@code fitted} or {@code plain}). {@code ranges}: null, or how
 * activation ranges were chosen: {@code uniform} (error by method with one method everywhere),
 * {@code error} (with the chosen ones) and {@code choices[]} of {@code tensor}, {@code chosen} and
 * {@code errors}. {@code equalization}: null, or {@code pairs} of layers that allow it, {@code
 * widths[]} of {@code bits}, {@code before} and {@code after} (error of the plainly rounded
 * network's outputs) and whether it is {@code used}.
 */
public final class RoundingJson {
  private static final int SCHEMA_VERSION = 1;

  private RoundingJson() {}

  private record File(
      int schemaVersion,
      List<Layer> layers,
      List<Layer> blocks,
      List<Network> networks,
      @Nullable Ranges ranges,
      @Nullable Equalized equalization) {}

  private record Layer(
      int layer,
      String name,
      int bits,
      int blockSize,
      String chosen,
      long rows,
      Map<String, @Nullable Double> errors) {}

  private record Network(
      String plan, @Nullable Double fitted, @Nullable Double plain, String kept) {}

  private record Ranges(
      String common,
      Map<String, @Nullable Double> uniform,
      @Nullable Double error,
      List<Choice> choices) {}

  private record Equalized(int pairs, List<Width> widths, boolean used) {}

  private record Width(int bits, @Nullable Double before, @Nullable Double after) {}

  private record Choice(String tensor, String chosen, Map<String, @Nullable Double> errors) {}

  /**
   * Writes the file, whole or not at all. The same comparison gives the same bytes.
   *
   * @param ranges how activation ranges were chosen, where that was by their error
   * @param equalization what equalizing channels would do, where that was tried
   */
  public static void write(
      Path file,
      RoundingReport report,
      Optional<FittedRanges> ranges,
      Optional<EqualizationChoice> equalization) {
    List<Network> networks =
        report.networks().stream()
            .map(
                network ->
                    new Network(
                        network.plan(),
                        measured(network.fitted()),
                        measured(network.plain()),
                        network.keepsFitted() ? "fitted" : "plain"))
            .toList();
    File content =
        new File(
            SCHEMA_VERSION,
            layers(report.entries()),
            layers(report.blocks()),
            networks,
            ranges.map(RoundingJson::ranges).orElse(null),
            equalization.map(RoundingJson::equalized).orElse(null));
    AtomicFile.write(file, StudyJson.write(content));
  }

  private static List<Layer> layers(List<RoundingReport.Entry> entries) {
    return entries.stream()
        .map(
            entry ->
                new Layer(
                    entry.layer(),
                    entry.name(),
                    entry.bits(),
                    entry.blockSize(),
                    entry.chosen(),
                    entry.rows(),
                    measured(entry.errors())))
        .toList();
  }

  private static Equalized equalized(EqualizationChoice choice) {
    return new Equalized(
        choice.equalization().pairs().size(),
        choice.comparisons().stream()
            .map(c -> new Width(c.bits(), measured(c.before()), measured(c.after())))
            .toList(),
        choice.isUsed());
  }

  private static Ranges ranges(FittedRanges fitted) {
    return new Ranges(
        fitted.common(),
        measured(fitted.uniform()),
        measured(fitted.error()),
        fitted.choices().stream()
            .map(c -> new Choice(c.tensor(), c.chosen(), measured(c.errors())))
            .toList());
  }

  /** JSON knows no NaN. */
  private static @Nullable Double measured(double error) {
    return Double.isFinite(error) ? error : null;
  }

  private static Map<String, @Nullable Double> measured(Map<String, Double> errors) {
    Map<String, @Nullable Double> all = new LinkedHashMap<>();
    errors.forEach((method, error) -> all.put(method, measured(error)));
    return all;
  }
}
