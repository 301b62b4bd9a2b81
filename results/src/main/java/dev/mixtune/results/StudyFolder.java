package dev.mixtune.results;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of one study and the names of its files.
 *
 * @param root the folder; it need not exist yet
 */
public record StudyFolder(Path root) {

  /**
   * Creates the folder where it is missing and makes sure that it can be written.
   *
   * @return this folder
   * @throws UserException when it cannot be created or written
   */
  public StudyFolder create() {
    try {
      Files.createDirectories(root);
      Path probe = root.resolve(".writable." + ProcessHandle.current().pid());
      Files.write(probe, new byte[0]);
      Files.delete(probe);
      return this;
    } catch (IOException e) {
      throw new UserException(
          "cannot write into the study folder '" + root + "': " + AtomicFile.reason(e),
          "Choose another folder with --out",
          e);
    }
  }

  /**
   * Makes sure that a study is there.
   *
   * @return this folder
   * @throws UserException when the folder holds no study.db
   */
  public StudyFolder existing() {
    if (!Files.isRegularFile(studyDb())) {
      throw new UserException(
          "'" + root + "' holds no study: there is no study.db in it",
          "Name the folder that an earlier run was given with --out");
    }
    return this;
  }

  /** Every evaluation, durable when it ends. */
  public Path studyDb() {
    return root.resolve("study.db");
  }

  /** The frontier, for programs. */
  public Path frontierJson() {
    return root.resolve("frontier.json");
  }

  /** The frontier, for spreadsheets. */
  public Path frontierCsv() {
    return root.resolve("frontier.csv");
  }

  /** The chosen model. */
  public Path chosenOnnx() {
    return root.resolve("chosen.onnx");
  }

  /**
   * The file of an evaluation whose weights are its own. Its folder is made with the first one.
   *
   * @param id of the evaluation
   */
  public Path point(String id) {
    return root.resolve("points").resolve(id + ".onnx");
  }

  /** What the chosen model is, layer by layer. */
  public Path chosenJson() {
    return root.resolve("chosen.json");
  }

  /** Output error per layer and scheme. */
  public Path sensitivityJson() {
    return root.resolve("sensitivity.json");
  }

  /** What each rounding method does to each layer at each width. */
  public Path roundingJson() {
    return root.resolve("rounding.json");
  }

  /** The Pareto plot as an image. */
  public Path paretoPng() {
    return root.resolve("pareto.png");
  }

  /** The Pareto plot as a drawing. */
  public Path paretoSvg() {
    return root.resolve("pareto.svg");
  }

  /** The report, one offline file. */
  public Path reportHtml() {
    return root.resolve("report.html");
  }

  /** Wall-clock seconds, dates, host and versions. */
  public Path runJson() {
    return root.resolve("run.json");
  }

  /** Sample indices of each split. */
  public Path splitsJson() {
    return root.resolve("splits.json");
  }

  /** Where a running study stands. */
  public Path progressJson() {
    return root.resolve("progress.json");
  }

  /** The log of the run. */
  public Path tuneLog() {
    return root.resolve("tune.log");
  }
}
