package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Options of {@code tune bench claims}, as typed. */
final class ClaimsBenchOptions {
  private static final Pattern COMMA = Pattern.compile(",");

  @Option(
      names = "--limits",
      paramLabel = "LIST",
      description = "Drops that claims searches for. Default: 0.5%%,1%%,1.5%%,2%%,3%%.")
  String limits = "0.5%,1%,1.5%,2%,3%";

  @Option(
      names = "--study-budget",
      paramLabel = "TIME",
      description = "How long each of claims' studies may take. Default: 5m.")
  String budget = "5m";

  @Option(
      names = "--load",
      description = "claims repeats each study while another process keeps one core busy.")
  boolean load;

  /** The drops, each as typed. */
  List<String> limitList() {
    List<String> list = COMMA.splitAsStream(limits).map(String::trim).toList();
    if (list.isEmpty()) {
      throw new UserException("--limits names no drop", "Write for example --limits 1%,2%.");
    }
    list.forEach(MaxDrop::parse);
    return list;
  }
}
