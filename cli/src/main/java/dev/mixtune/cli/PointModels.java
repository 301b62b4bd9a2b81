package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * The model of anything that was evaluated, byte for byte. The library's plans are lowered again;
 * what was rounded for itself is kept in the study's folder, since rounding takes its time.
 */
final class PointModels {
  private final Workbench bench;
  private final StudyReader rows;
  private final StudyFolder folder;
  private final ExecutorService workers;

  PointModels(StudyContext context) {
    this(context.bench(), context.store().contents(), context.folder(), context.workers());
  }

  /**
   * @param workers spread the rounding of a file that was lost
   */
  PointModels(Workbench bench, StudyReader rows, StudyFolder folder, ExecutorService workers) {
    this.bench = bench;
    this.rows = rows;
    this.folder = folder;
    this.workers = workers;
  }

  /** Keeps a model, whole or not at all, and returns the SHA-256 of its bytes. */
  static String keep(StudyFolder folder, String id, byte[] model) {
    Path file = folder.point(id);
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UserException(
          "cannot make the folder of '" + file + "': " + e,
          "Free some space there or choose another folder with --out",
          e);
    }
    AtomicFile.write(file, model);
    return Hashes.sha256(model);
  }

  /** The kept model of an evaluation; empty when it was lost or is not what it was. */
  static Optional<byte[]> kept(StudyFolder folder, String id, String sha256) {
    Path file = folder.point(id);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      byte[] model = Files.readAllBytes(file);
      return Hashes.sha256(model).equals(sha256) ? Optional.of(model) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * The plan as it was evaluated. Not to be called on a worker.
   *
   * @param evaluation not failed
   * @throws UserException when its file was lost and cannot be made again
   */
  LoweredPlan lowered(Evaluation evaluation) {
    LoweredPlan lowered = bench.lowering().lower(evaluation.plan());
    return evaluation.rounding() == Rounding.LIBRARY ? lowered : inContext(evaluation, lowered);
  }

  /** The kernels are the plan's, whoever rounded its weights. */
  private LoweredPlan inContext(Evaluation evaluation, LoweredPlan ofLibrary) {
    String id = evaluation.id();
    String sha256 = sha256(evaluation.plan(), id);
    Optional<byte[]> kept = kept(folder, id, sha256);
    if (kept.isEmpty()) {
      return again(evaluation.plan(), id, sha256);
    }
    double bytesPerBit = ofLibrary.storedWeightBytes() / ofLibrary.storedWeightBits();
    return new LoweredPlan(
        evaluation.plan(),
        kept.get(),
        ofLibrary.kernelSignature(),
        ofLibrary.kernels(),
        Math.round(evaluation.storedWeightBits() * bytesPerBit),
        evaluation.storedWeightBits());
  }

  private String sha256(Plan plan, String id) {
    return rows.fileSha256(plan, Rounding.CONTEXT)
        .orElseThrow(() -> new IllegalStateException("no file was recorded for " + id));
  }

  private LoweredPlan again(Plan plan, String id, String sha256) {
    LoweredPlan lowered = bench.loweredInContext(plan, workers, FittingProgress.silent());
    String now = Hashes.sha256(lowered.model());
    if (!now.equals(sha256)) {
      throw new UserException(
          "the file of point '"
              + id
              + "', "
              + folder.point(id)
              + ", is missing or was changed, and rounding the plan again gives another one: its"
              + " sha256 was "
              + sha256
              + " and is "
              + now
              + " now",
          "Bring the file back, or the calibration samples and the version of Mixtune that the"
              + " study was made with.");
    }
    keep(folder, id, lowered.model());
    return lowered;
  }
}
