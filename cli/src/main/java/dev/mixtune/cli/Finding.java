package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.SearchResult;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study found.
 *
 * @param search the search's result
 * @param certificate the holdout's verdict; null when the limit was no drop, or the user stopped
 *     the study before the holdout was touched
 * @param chosen the plan to ship
 * @param holdout scores on the holdout by plan id, of the plans that were scored there
 * @param exitCode see {@link ExitCodes}
 * @param message the verdict in words
 */
record Finding(
    SearchResult search,
    @Nullable CertificateResult certificate,
    Evaluation chosen,
    Map<String, PairedScore> holdout,
    int exitCode,
    String message) {

  Finding {
    holdout = Map.copyOf(holdout);
  }

  /** This finding with more holdout scores. */
  Finding withHoldout(Map<String, PairedScore> scores) {
    return new Finding(search, certificate, chosen, scores, exitCode, message);
  }
}
