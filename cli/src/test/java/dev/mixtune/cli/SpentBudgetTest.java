package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study whose budget is spent still knows everything that it paid for. */
class SpentBudgetTest {
  @TempDir Path temp;

  @Test
  void resumeAfterTheBudgetFindsTheSameFrontier() throws IOException {
    Path study = temp.resolve("study");
    Tune run =
        Tune.run(
            new Leaps(study, rows -> Duration.ofMinutes(rows.size() >= 24 ? 26 : 0)),
            new AtomicBoolean(),
            "--task",
            SmallTask.in(temp).toString(),
            "--target",
            "pixel8",
            "--max-drop",
            "5%",
            "--budget",
            "30m",
            "--out",
            study.toString());
    byte[] frontier = Files.readAllBytes(study.resolve("frontier.json"));

    Tune resumed = Tune.run("resume", study.toString());

    assertThat(run.err() + resumed.err()).isEmpty();
    assertThat(run.out()).contains("ended by budget");
    assertThat(resumed.exitCode()).isEqualTo(run.exitCode());
    assertThat(Files.readAllBytes(study.resolve("frontier.json"))).isEqualTo(frontier);
  }

  /**
   * Of the 270 minutes that a budget of 300 leaves to the search, four fifths are over once 20
   * plans are recorded, and all once one of them is rounded in context.
   */
  @Test
  void theLastQuarterBelongsToPlansInContextAndTheReportIsLive() throws IOException {
    Path study = temp.resolve("study");
    List<String> live = new ArrayList<>();
    Tune run =
        Tune.run(
            new Leaps(
                study,
                rows -> {
                  boolean inContext = rows.stream().anyMatch(SpentBudgetTest::isInContext);
                  if (inContext && live.isEmpty()) {
                    live.add(read(study.resolve("report.html")));
                  }
                  return Duration.ofMinutes(inContext ? 271 : rows.size() >= 20 ? 220 : 0);
                }),
            new AtomicBoolean(),
            "--task",
            SmallTask.in(temp).toString(),
            "--target",
            "pixel8",
            "--max-drop",
            "5%",
            "--budget",
            "300m",
            "--out",
            study.toString());
    byte[] frontier = Files.readAllBytes(study.resolve("frontier.json"));
    List<Evaluation> before = evaluations(study);

    Tune resumed = Tune.run("resume", study.toString());

    assertThat(run.err() + resumed.err()).isEmpty();
    assertThat(run.out()).contains("ended by budget").contains("in its own context");
    assertThat(before.stream().filter(SpentBudgetTest::isInContext)).hasSize(1);
    assertThat(isInContext(before.get(before.size() - 1))).isTrue();
    assertThat(evaluations(study)).isEqualTo(before);
    // While plans were rounded in context the page of the search was there to be looked at.
    String stillRunning = "still running when this page was written";
    assertThat(live.get(0)).contains(stillRunning, "no plan is certified yet", "id=\"plot\"");
    assertThat(read(study.resolve("report.html"))).doesNotContain(stillRunning);
    assertThat(Files.readAllBytes(study.resolve("frontier.json"))).isEqualTo(frontier);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean isInContext(Evaluation evaluation) {
    return evaluation.rounding() == Rounding.CONTEXT;
  }

  private static List<Evaluation> evaluations(Path study) {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return reader.evaluations();
    }
  }

  /** A clock that leaps ahead as soon as certain rows are recorded. */
  private static final class Leaps extends Clock {
    private final Path study;
    private final Function<List<Evaluation>, Duration> leap;
    private Duration ahead = Duration.ZERO;

    Leaps(Path study, Function<List<Evaluation>, Duration> leap) {
      this.study = study;
      this.leap = leap;
    }

    @Override
    public synchronized Instant instant() {
      if (study.resolve("study.db").toFile().exists()) {
        try {
          Duration wanted = leap.apply(evaluations(study));
          ahead = wanted.compareTo(ahead) > 0 ? wanted : ahead;
        } catch (dev.mixtune.engine.UserException e) {
          return Instant.now(); // The first moments of a database, before its tables are there.
        }
      }
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
