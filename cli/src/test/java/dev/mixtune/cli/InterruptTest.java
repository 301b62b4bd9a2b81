package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in the middle of the search: everything is saved and the best plan so far written. */
class InterruptTest {
  @TempDir Path temp;

  @Test
  void theBestPlanSoFarIsWrittenAndResumeGoesOn() {
    Path study = temp.resolve("study");
    AtomicBoolean interrupted = new AtomicBoolean();
    String[] arguments = arguments(study);

    Tune stopped = Tune.run(new PressesCtrlC(interrupted, study, 6), interrupted, arguments);

    assertThat(stopped.err()).isEmpty();
    assertThat(stopped.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(stopped.out()).contains("not certified").contains("resume");
    assertThat(study.resolve("chosen.onnx")).exists();
    assertThat(study.resolve("frontier.json")).exists();
    assertThat(study.resolve("report.html")).exists();

    Tune resumed = Tune.run("resume", study.toString());

    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(resumed.out()).contains("is certified");
  }

  /** Of 40 evaluations 35 are searched for; the 36th is the first plan rounded in context. */
  @Test
  void aPlanThatIsBeingRoundedAgainIsDroppedAndTakenUpByResume() {
    Path study = temp.resolve("study");
    AtomicBoolean interrupted = new AtomicBoolean();
    String[] arguments = arguments(study);

    Tune stopped = Tune.run(new PressesCtrlC(interrupted, study, 36), interrupted, arguments);
    List<Evaluation> before = evaluations(study);
    Tune resumed = Tune.run("resume", study.toString());
    List<Evaluation> after = evaluations(study);

    assertThat(stopped.err() + resumed.err()).isEmpty();
    assertThat(stopped.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(stopped.out()).contains("1 plan of the frontier was rounded again");
    assertThat(before).hasSize(36);
    assertThat(before.get(35).rounding()).isEqualTo(Rounding.CONTEXT);
    assertThat(resumed.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(after).hasSizeGreaterThan(36).startsWith(before.toArray(Evaluation[]::new));
    for (Evaluation evaluation : after.subList(35, after.size())) {
      assertThat(evaluation.rounding()).isEqualTo(Rounding.CONTEXT);
      assertThat(study.resolve("points").resolve(evaluation.id() + ".onnx"))
          .hasSize(evaluation.sizeBytes());
    }
  }

  private String[] arguments(Path study) {
    return new String[] {
      "--task", SmallExample.task(temp).toString(),
      "--target", "pixel8",
      "--max-drop", "2%",
      "--max-evaluations", "40",
      "--out", study.toString()
    };
  }

  private static List<Evaluation> evaluations(Path study) {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return reader.evaluations();
    }
  }

  /** A clock that stands for the user: once enough is recorded, it presses Ctrl-C. */
  private static final class PressesCtrlC extends Clock {
    private final AtomicBoolean interrupted;
    private final Path study;
    private final int rows;

    PressesCtrlC(AtomicBoolean interrupted, Path study, int rows) {
      this.interrupted = interrupted;
      this.study = study;
      this.rows = rows;
    }

    @Override
    public Instant instant() {
      if (!interrupted.get() && study.resolve("study.db").toFile().exists()) {
        try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
          interrupted.set(reader.count() >= rows);
        } catch (dev.mixtune.engine.UserException e) {
          return Instant.now(); // The first moments of a database, before its tables are there.
        }
      }
      return Instant.now();
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
