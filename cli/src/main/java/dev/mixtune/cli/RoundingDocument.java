package dev.mixtune.cli;

import dev.mixtune.engine.fitting.ActivationTreatment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The comparison of roundings as Markdown. */
final class RoundingDocument {
  private final String command;
  private final String surroundings;
  private final List<Chapter> chapters = new ArrayList<>();

  /**
   * @param command that makes the document again
   * @param surroundings machine and versions that times and scores hold for
   */
  RoundingDocument(String command, String surroundings) {
    this.command = command;
    this.surroundings = surroundings;
  }

  /**
   * One network.
   *
   * @param task the task's name
   * @param metric the metric's name
   * @param reference the float model's score
   * @param isShare whether the metric counts right answers
   * @param subject what was scored, in words
   * @param figures in any order
   * @param runs what fitting took
   */
  record Chapter(
      String task,
      String metric,
      double reference,
      boolean isShare,
      String subject,
      List<String> plans,
      List<RoundingSource> sources,
      List<RoundingFigure> figures,
      List<RoundingTrials.FittingRun> runs) {

    private Optional<RoundingFigure> find(
        String plan, RoundingSource source, ActivationTreatment activations) {
      return figures.stream()
          .filter(figure -> figure.plan().equals(plan))
          .filter(figure -> figure.source().equals(source.name()))
          .filter(figure -> figure.activations() == activations)
          .findFirst();
    }
  }

  void add(Chapter chapter) {
    chapters.add(chapter);
  }

  /** The activations in words. */
  static String words(ActivationTreatment activations) {
    return switch (activations) {
      case INTEGER -> "8-bit activations";
      case FLOAT -> "weights only";
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("# Weight rounding, measured\n\n")
        .append("Written by\n\n    ./tune ")
        .append(command)
        .append("\n\non ")
        .append(surroundings)
        .append(
            ". Calibration samples only; every sample that is not one of them is scored."
                + " The networks are as imported: studies equalize channels first where that lowers"
                + " the output error.\n\n"
                + "Scores are points of 100, correlations as they are. *library*: what studies use, for each layer and width"
                + " the method with the least output error on held-back calibration samples, each"
                + " width rounded in a network of its own. *context*: the same methods, rounded for"
                + " this very plan; in brackets, how far that is above the library (nothing where the"
                + " library's network is the plan). Other rows: one"
                + " method for all layers that it can round. *agree*: share of samples whose largest"
                + " output is the float model's, or for correlations the mean cosine of the outputs. *bits* and *size* are those of the file with 8-bit"
                + " activations: stored bits per weight with scales and tables, and bytes by those of"
                + " the float file. Weights only: activations stay float, as other tools report"
                + " it.\n");
    chapters.forEach(chapter -> append(chapter, text));
    return text.toString();
  }

  private static void append(Chapter chapter, StringBuilder text) {
    text.append(
        String.format(
            Locale.ROOT,
            "%n## %s%n%nFloat: %s %s; %s.%n%n",
            chapter.task(),
            chapter.metric(),
            RoundingFigure.value(chapter.reference(), chapter.isShare()),
            chapter.subject()));
    text.append("| every layer at | rounding | bits | size | weights only | agree |")
        .append(" 8-bit activations | agree |\n|---|---|--:|--:|--:|--:|--:|--:|\n");
    for (String plan : chapter.plans()) {
      for (RoundingSource source : chapter.sources()) {
        text.append(row(chapter, plan, source));
      }
    }
    if (!chapter.runs().isEmpty()) {
      text.append("\n| fitting | seconds | heap at most, MB |\n|---|--:|--:|\n");
      for (RoundingTrials.FittingRun run : chapter.runs()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %.1f | %d |%n",
                run.what(),
                run.seconds(),
                run.heapBytes() / 1_000_000));
      }
    }
  }

  private static String row(Chapter chapter, String plan, RoundingSource source) {
    Optional<RoundingFigure> integer = chapter.find(plan, source, ActivationTreatment.INTEGER);
    Optional<RoundingFigure> weights = chapter.find(plan, source, ActivationTreatment.FLOAT);
    Optional<RoundingFigure> file =
        Stream.of(integer, weights).flatMap(Optional::stream).findFirst();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s | %s | %s |%n",
        plan,
        source.name(),
        cell(file, figure -> String.format(Locale.ROOT, "%.2f", figure.averageBits())),
        cell(file, figure -> String.format(Locale.ROOT, "%.3f", figure.sizeRatio())),
        score(chapter, weights, source),
        cell(weights, RoundingFigure::agreement),
        score(chapter, integer, source),
        cell(integer, RoundingFigure::agreement));
  }

  private static String score(
      Chapter chapter, Optional<RoundingFigure> figure, RoundingSource source) {
    return cell(figure, RoundingFigure::score)
        + figure
            .filter(f -> source.equals(RoundingSource.IN_CONTEXT))
            .flatMap(f -> gap(chapter, f))
            .map(gap -> " (" + gap + ")")
            .orElse("");
  }

  private static Optional<String> gap(Chapter chapter, RoundingFigure inContext) {
    return chapter
        .find(inContext.plan(), RoundingSource.LIBRARY, inContext.activations())
        .map(inContext::above);
  }

  private static String cell(
      Optional<RoundingFigure> figure, Function<RoundingFigure, String> content) {
    return figure.map(content).orElse("-");
  }
}
