package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** Starts studies and goes on with them. */
final class StudyCommands {
  private final Surroundings around;

  StudyCommands(Surroundings around) {
    this.around = around;
  }

  /** {@code tune run}. */
  int run(RunOptions options) {
    options.check();
    return study(options, newFolder(options), options.toArguments());
  }

  /** {@code tune resume DIR}. */
  int resume(Path directory) {
    StudyFolder folder = new StudyFolder(directory).existing();
    List<String> arguments = arguments(folder);
    RunOptions options = parse(arguments);
    options.check();
    return study(options, folder, arguments);
  }

  /** The options of a study on disk. */
  static RunOptions optionsOf(StudyFolder folder) {
    RunOptions options = parse(arguments(folder));
    options.check();
    return options;
  }

  /** A process killed in its first moments leaves a database without a command line. */
  private static boolean wasStarted(StudyFolder folder) {
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      return reader.document(StudyMemory.argumentsName()).isPresent();
    }
  }

  private static List<String> arguments(StudyFolder folder) {
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      List<String> arguments = StudyMemory.arguments(reader.document(StudyMemory.argumentsName()));
      if (arguments.isEmpty()) {
        throw new UserException(
            "'" + folder.root() + "' holds no study that was started",
            "Start one with ./tune run --out " + folder.root() + ".");
      }
      return arguments;
    }
  }

  private static RunOptions parse(List<String> arguments) {
    RunOptions options = new RunOptions();
    CommandLine.populateCommand(options, arguments.toArray(String[]::new));
    return options;
  }

  private int study(RunOptions options, StudyFolder folder, List<String> arguments) {
    Console console = new Console(around.out(), options.style(around.terminal()), around.clock());
    return new StudyRun(options, folder, around, console).run(arguments);
  }

  /** Names the folder; it is made once the input has proved right. */
  private StudyFolder newFolder(RunOptions options) {
    if (options.out != null) {
      StudyFolder folder = new StudyFolder(options.out);
      if (Files.exists(folder.studyDb()) && wasStarted(folder)) {
        throw new UserException(
            "--out '" + options.out + "' already holds a study",
            "Go on with it by ./tune resume " + options.out + ", or name another folder.");
      }
      return folder;
    }
    return freeFolder(taskName(options), targetName(options));
  }

  /** The folder {@code out/TASK-PURPOSE}, with a number when there is one already. */
  static StudyFolder freeFolder(String task, String purpose) {
    String name = safe(task) + "-" + safe(purpose);
    Path parent = Path.of("out");
    Path free = parent.resolve(name);
    for (int copy = 2; Files.exists(free); copy++) {
      free = parent.resolve(name + "-" + copy);
    }
    return new StudyFolder(free);
  }

  private String taskName(RunOptions options) {
    Task task =
        options.model != null && options.data != null
            ? Task.ofModel(options.model, options.data)
            : TaskFile.read(options.task == null ? around.exampleTask() : options.task);
    return task.name();
  }

  private static String targetName(RunOptions options) {
    return new dev.mixtune.hardware.Targets(Workbench.hostFacts()).find(options.target).name();
  }

  /** A name that is safe as a folder's. */
  private static String safe(String name) {
    String cleaned = name.replaceAll("[^A-Za-z0-9._-]+", "-");
    return cleaned.isEmpty() || cleaned.startsWith(".") ? "study" : cleaned;
  }
}
