package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * {@code results/README.md}: the reference studies as one table, from their {@code frontier.json}.
 */
public final class StudyTable {
  private StudyTable() {}

  /**
   * Prints the table of the studies in a folder.
   *
   * @param arguments the folder, which holds one folder per study
   */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.print(of(Path.of(arguments.length == 0 ? "." : arguments[0])));
  }

  /**
   * The page, in Markdown.
   *
   * @throws UserException when the folder holds no study
   */
  static String of(Path folder) {
    List<Path> studies = studies(folder);
    if (studies.isEmpty()) {
      throw new UserException(
          "'" + folder + "' holds no study with a frontier.json",
          "Make the studies first, with results/studies/make.");
    }
    StringBuilder page = new StringBuilder();
    page.append("# Reference studies\n\n")
        .append("Made by `results/studies/make`, this page by `StudyTable` from each study's")
        .append(" `frontier.json`. Each folder holds the command, the frontier, the plots and what")
        .append(" one step of each layer would do; models and data are not passed on.\n\n")
        .append("Drops are points of the metric on held-out samples, float minus plan, with their")
        .append(" paired interval; *bound* is the certificate's one-sided upper bound. Sizes and")
        .append(" times are relative to float. A modelled time was not measured on any device.\n\n")
        .append("| study | plan | drop (interval) | bound | size | time | bits per weight |\n")
        .append("|---|---|---|---|---|---|---|\n");
    for (Path study : studies) {
      rows(study, FrontierJson.read(study.resolve("frontier.json")), page);
    }
    page.append("\nThe tables of search instances are described in `tables/README.md`.\n");
    return page.toString();
  }

  private static List<Path> studies(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> Files.isRegularFile(child.resolve("frontier.json")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  private static void rows(Path study, Frontier frontier, StringBuilder page) {
    Path name = Objects.requireNonNull(study.getFileName(), "a child of a folder has a name");
    Frontier.ReferenceScore held = frontier.reference().holdout();
    Frontier.ReferenceScore reference = held == null ? frontier.reference().search() : held;
    page.append(
        String.format(
            Locale.ROOT,
            "| [%s](studies/%s) | float, %s %s on %s | | | %s | %s | 32 |\n",
            name,
            name,
            frontier.metric(),
            Figures.metric(reference.accuracy(), reference.isShare()),
            Figures.count(reference.samples(), "sample"),
            Figures.bytes(frontier.reference().sizeBytes()),
            Figures.millis(frontier.reference().latencyMs())));
    List<FrontierPoint> shown = new ArrayList<>(frontier.uniforms());
    frontier
        .chosen()
        .filter(point -> shown.stream().noneMatch(other -> other.id().equals(point.id())))
        .ifPresent(shown::add);
    for (int i = shown.size() - 1; i >= 0; i--) {
      page.append(row(frontier, shown.get(i)));
    }
  }

  private static String row(Frontier frontier, FrontierPoint point) {
    Score held = point.holdout();
    Score score = held == null ? point.search() : held;
    Frontier.CertificateFacts certificate = frontier.certificate();
    boolean certified = certificate != null && certificate.pointId().equals(point.id());
    String plan =
        (point.chosen() ? "**chosen**" : "uniform " + point.uniform())
            + (held == null ? " (search data)" : "");
    return String.format(
        Locale.ROOT,
        "| | %s | %s (%s) | %s | %s | %s, %s | %.2f |\n",
        plan,
        Figures.points(score.drop()),
        Figures.interval(score.dropInterval()),
        certified ? Figures.bound(Objects.requireNonNull(certificate).upperBound()) : "",
        Figures.ratio(point.sizeRatio()),
        Figures.ratio(point.latencyRatio()),
        Figures.basis(point.latencyBasis()),
        point.averageBits());
  }
}
