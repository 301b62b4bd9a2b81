package dev.mixtune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.UserException;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** {@code tune status DIR}: where a study stands, seen from another shell. Changes nothing. */
final class StatusCommand {
  /** The file is written every ten seconds: silent so much longer, its process is gone. */
  private static final long SILENT_MILLIS = 60_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Surroundings around;

  StatusCommand(Surroundings around) {
    this.around = around;
  }

  /** How it is with a study's process. */
  enum Life {
    RUNNING("running"),
    ENDED("ended"),
    DEAD("not running");

    private final String words;

    Life(String words) {
      this.words = words;
    }
  }

  int run(Path directory, boolean json) {
    StudyFolder folder = new StudyFolder(directory).existing();
    JsonNode progress = progress(folder.progressJson());
    List<Evaluation> evaluations;
    try (StudyReader reader = StudyReader.open(folder.studyDb())) {
      evaluations = reader.evaluations();
    }
    long failed = evaluations.stream().filter(e -> e.failure() != null).count();
    Life life = life(progress, around.clock().millis(), ProgressFile.machine());
    if (json) {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      all.put("alive", life == Life.RUNNING).put("state", life.words);
      all.put("recorded", evaluations.size()).put("failed", failed);
      all.set("progress", progress);
      around.out().println(all);
    } else {
      print(folder, progress, life, evaluations.size(), failed);
    }
    return ExitCodes.DONE;
  }

  private static JsonNode progress(Path file) {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return JsonNodeFactory.instance.objectNode();
    } catch (IOException e) {
      throw new UserException(
          "'" + file + "' cannot be read: " + e.getMessage(), "Look at the study's tune.log.", e);
    }
  }

  /**
   * On its own machine the process is asked for; elsewhere the age of the file tells.
   *
   * @param progress content of progress.json
   * @param nowMillis on this machine's clock
   * @param machine this one
   */
  static Life life(JsonNode progress, long nowMillis, String machine) {
    if (!progress.path("state").asText().equals(ProgressFile.RUNNING)) {
      return progress.has("state") ? Life.ENDED : Life.DEAD;
    }
    boolean fresh = nowMillis - progress.path("updatedMillis").asLong() < SILENT_MILLIS;
    boolean here = progress.path("machine").asText().equals(machine);
    boolean known = ProcessHandle.of(progress.path("process").asLong()).isPresent();
    return fresh && (!here || known) ? Life.RUNNING : Life.DEAD;
  }

  private void print(StudyFolder folder, JsonNode progress, Life life, int recorded, long failed) {
    StringBuilder first = new StringBuilder(folder.root() + ": " + life.words);
    if (life == Life.RUNNING) {
      first
          .append(" (process ")
          .append(progress.path("process").asLong())
          .append(" on ")
          .append(progress.path("machine").asText())
          .append(")");
    } else if (life == Life.ENDED) {
      first.append(" with exit code ").append(progress.path("exitCode").asInt());
    } else {
      first.append("; ./tune resume ").append(folder.root()).append(" goes on");
    }
    say(first.toString());
    if (life != Life.ENDED && progress.has("phase")) {
      boolean known = progress.path("secondsLeft").isNumber() && life == Life.RUNNING;
      Duration left = Duration.ofSeconds(progress.path("secondsLeft").asLong());
      say(
          String.format(
              Locale.ROOT,
              "%s %.0f %%%s %s",
              progress.path("phase").asText(),
              100 * progress.path("fraction").asDouble(),
              known ? ", " + Console.text(left) + " left" : "",
              progress.path("detail").asText()));
    }
    say(String.format(Locale.ROOT, "%d evaluations recorded, %d of them failed", recorded, failed));
    say(best(progress.path("search").path("best")));
    if (Files.exists(folder.reportHtml())) {
      say("Report so far: " + folder.reportHtml());
    }
  }

  private static String best(JsonNode best) {
    return best.isObject()
        ? String.format(
            Locale.ROOT,
            "best so far by its interval on search data: %d bytes, %.3f of the float model's time,"
                + " a drop of %.2f points (at most %.2f); it is certified at the end",
            best.path("sizeBytes").asLong(),
            best.path("latencyRatio").asDouble(),
            100 * best.path("drop").asDouble(),
            100 * best.path("dropHigh").asDouble())
        : "no plan meets the limit for certain yet";
  }

  private void say(String line) {
    around.out().println(line);
  }
}
