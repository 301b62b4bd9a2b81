package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.io.IOException;
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

  /** Of 24 evaluations 21 are searched for; the 22nd is the first plan rounded in context. */
  @Test
  void theBestPlanSoFarIsWrittenAndResumeGoesOnHoweverOftenItIsStopped() throws IOException {
    UndisturbedStudy whole = UndisturbedStudy.get();
    Path study = temp.resolve("study");
    AtomicBoolean early = new AtomicBoolean();

    Tune stopped = Tune.run(new PressesCtrlC(early, study, 6), early, whole.elsewhere(study));

    assertThat(stopped.err()).isEmpty();
    assertThat(stopped.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(stopped.out()).contains("not certified").contains("resume");
    assertThat(study.resolve("chosen.onnx")).exists();
    assertThat(study.resolve("frontier.json")).exists();
    assertThat(study.resolve("report.html")).exists();
    List<Evaluation> first = evaluations(study);
    assertThat(first).hasSizeBetween(6, 20);

    AtomicBoolean late = new AtomicBoolean();
    Tune again = Tune.run(new PressesCtrlC(late, study, 22), late, "resume", study.toString());

    // The plan that was being rounded in its context is dropped; the one before it stays.
    List<Evaluation> before = evaluations(study);
    assertThat(again.err()).isEmpty();
    assertThat(again.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(again.out()).contains("1 plan of the frontier was rounded again");
    assertThat(before).hasSize(22).startsWith(first.toArray(Evaluation[]::new));
    assertThat(before.get(21).rounding()).isEqualTo(Rounding.CONTEXT);

    Tune resumed = Tune.run("resume", study.toString());

    List<Evaluation> after = evaluations(study);
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(whole.exitCode());
    assertThat(after).hasSizeGreaterThan(22).startsWith(before.toArray(Evaluation[]::new));
    for (Evaluation evaluation : after.subList(21, after.size())) {
      assertThat(evaluation.rounding()).isEqualTo(Rounding.CONTEXT);
      assertThat(study.resolve("points").resolve(evaluation.id() + ".onnx"))
          .hasSize(evaluation.sizeBytes());
    }
    whole.assertSame(study);
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
