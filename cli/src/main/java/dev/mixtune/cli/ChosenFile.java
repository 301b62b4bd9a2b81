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

/** Writes a plan's file, reads it back from disk, and scores and times what was read. */
final class ChosenFile {
  private static final String NOT_TIMED_AGAIN =
      "The chosen file itself was not timed: another study was timing on this machine when this one"
          + " was stopped. The latency is that of the search.";

  private final Workbench bench;
  private final LatencySource latencies;

  ChosenFile(Workbench bench, LatencySource latencies) {
    this.bench = bench;
    this.latencies = latencies;
  }

  /**
   * What was read back.
   *
   * @param sha256 of the file, hexadecimal
   * @param latency of the file: timed again on the host, else as predicted
   * @param basis where the latency comes from, a sentence
   * @param score of the file
   */
  record Written(String sha256, long sizeBytes, Latency latency, String basis, PairedScore score) {}

  /**
   * Writes the file of a plan.
   *
   * @param lowered the plan as it was scored
   * @param expected the score recorded for the plan on {@code samples}
   * @param known the plan's latency as it was recorded: what stands in for timing the file when the
   *     user stops the study while another one has its turn
   * @param hurry whether the user waits for the process to end: then the file is not scored again
   * @throws IllegalStateException when the file does not score exactly what was recorded
   */
  Written write(
      LoweredPlan lowered,
      Path file,
      SampleSet samples,
      PairedScore expected,
      Latency known,
      boolean hurry) {
    AtomicFile.write(file, lowered.model());
    if (!hurry) {
      requireScore(
          Candidates.evaluator(bench, lowered.plan()).score(file, samples), expected, file);
    }
    byte[] bytes = read(file);
    try {
      Latency latency =
          latencies instanceof HostLatency host ? host.latency(file) : latencies.latency(lowered);
      return new Written(
          Hashes.sha256(bytes), bytes.length, latency, latencies.basis(lowered), expected);
    } catch (CancellationException e) {
      return new Written(Hashes.sha256(bytes), bytes.length, known, NOT_TIMED_AGAIN, expected);
    }
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
