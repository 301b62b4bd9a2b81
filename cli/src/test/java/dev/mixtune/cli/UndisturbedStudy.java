package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A study that nobody disturbs, on few samples, with one worker; made once for all tests that
 * compare a disturbed one with it. Those have two workers, so that every comparison shows too that
 * their number does not matter.
 *
 * <p>Of its 24 evaluations 3 are plans rounded in context.
 */
record UndisturbedStudy(Path folder, Path task, int exitCode) {
  static final int EVALUATIONS = 24;
  private static final Holder HOLDER = new Holder();

  /** Makes the study when it is first asked for. */
  private static final class Holder {
    private UndisturbedStudy study;

    synchronized UndisturbedStudy get() {
      if (study == null) {
        study = make();
      }
      return study;
    }
  }

  static UndisturbedStudy get() {
    return HOLDER.get();
  }

  private static UndisturbedStudy make() {
    try {
      Path root = Files.createDirectories(Path.of("target", "undisturbed")).toAbsolutePath();
      remove(root);
      Files.createDirectories(root);
      Path task = SmallTask.in(root);
      Path folder = root.resolve("whole");
      Tune tune = Tune.run(arguments(task, folder, "--workers", "1"));
      assertThat(tune.err()).isEmpty();
      assertThat(tune.exitCode()).isIn(ExitCodes.DONE, ExitCodes.NOT_CERTIFIED);
      return new UndisturbedStudy(folder, task, tune.exitCode());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command line of the same study elsewhere, with two workers. */
  String[] elsewhere(Path study, String... more) {
    List<String> all = new ArrayList<>(List.of("--workers", "2"));
    all.addAll(List.of(more));
    return arguments(task, study, all.toArray(String[]::new));
  }

  private static String[] arguments(Path task, Path study, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--task",
                task.toString(),
                "--target",
                "pixel8",
                "--max-drop",
                "5%",
                "--max-evaluations",
                Integer.toString(EVALUATIONS),
                "--out",
                study.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** Another study came to the same frontier, file and kept points, byte for byte. */
  void assertSame(Path study) throws IOException {
    assertThat(study.resolve("frontier.json"))
        .hasSameBinaryContentAs(folder.resolve("frontier.json"));
    assertThat(study.resolve("chosen.onnx")).hasSameBinaryContentAs(folder.resolve("chosen.onnx"));
    assertThat(fileNames(study.resolve("points"))).isEqualTo(fileNames(folder.resolve("points")));
  }

  private static List<String> fileNames(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Removes a folder and what is in it. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
