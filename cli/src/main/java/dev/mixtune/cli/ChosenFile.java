package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a plan's file, reads it back from disk, and scores and times what was read. */
final class ChosenFile {
  private static final Logger LOG = LoggerFactory.getLogger(ChosenFile.class);

  private static final String NOT_MEASURED_AGAIN =
      "The chosen file was neither scored nor timed again, because the study was stopped. Score and"
          + " latency are those of the search.";

  private final StudyContext context;
  private final Workbench bench;
  private final LatencySource latencies;

  ChosenFile(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.latencies = context.latencies();
  }

  /**
   * What was read back.
   *
   * @param sha256 of the file, hexadecimal
   * @param latency of the file: timed again on the host, else as predicted
   * @param basis where the latency comes from, a sentence
   * @param score of the file
   * @param again whether score and latency are the file's own; else the user stopped the study, and
   *     they are those of the search
   */
  record Written(
      String sha256,
      long sizeBytes,
      Latency latency,
      String basis,
      PairedScore score,
      boolean again) {}

  /**
   * Writes the file of a plan.
   *
   * @param lowered the plan as it was scored
   * @param expected the score recorded for the plan on {@code samples}
   * @param recorded its latency. Once the user waits for the process to end, the file is neither
   *     scored nor timed again
   * @throws IllegalStateException when the file does not score exactly what was recorded
   */
  Written write(
      LoweredPlan lowered, Path file, SampleSet samples, PairedScore expected, Latency recorded) {
    AtomicFile.write(file, lowered.model());
    Latency latency = recorded;
    String basis = NOT_MEASURED_AGAIN;
    boolean again = false;
    try {
      requireScore(score(lowered, file, samples), expected, file);
      latency =
          latencies instanceof HostLatency host ? host.latency(file) : latencies.latency(lowered);
      basis = latencies.basis(lowered);
      again = true;
    } catch (CancellationException e) {
      LOG.info("the chosen file is not measured again, the user stopped the study");
    }
    byte[] bytes = read(file);
    return new Written(Hashes.sha256(bytes), bytes.length, latency, basis, expected, again);
  }

  private Outcome score(LoweredPlan lowered, Path file, SampleSet samples) {
    bench.stopIfAsked();
    return Futures.await(
        context
            .workers()
            .submit(() -> Candidates.evaluator(bench, lowered.plan()).score(file, samples)),
        context.deadline()::isInterrupted);
  }

  private static void requireScore(Outcome again, PairedScore expected, Path file) {
    boolean equal =
        again instanceof Outcome.Scored scored
            && scored.score().score() == expected.score()
            && scored.score().counts().equals(expected.counts());
    if (!equal) {
      throw new IllegalStateException(
          "'" + file + "' scores " + again + " instead of the recorded " + expected);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read back " + file, e);
    }
  }
}
