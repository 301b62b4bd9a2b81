package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateTrialsTest {
  private static final int SAMPLES = 10_000;
  private static final int TRIALS = 1_000;

  @TempDir Path temp;

  /** The float model answers everything right; each plan loses the first samples. */
  private static AnswerTable losing(int... lost) {
    BitSet all = new BitSet();
    all.set(0, SAMPLES);
    List<Scheme> schemes = List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);
    List<AnswerTable.Row> rows = new ArrayList<>();
    for (int i = 0; i < lost.length; i++) {
      BitSet right = new BitSet();
      right.set(lost[i], SAMPLES);
      rows.add(new AnswerTable.Row(Plan.uniform(3, schemes.get(i)), 1000 - 100 * i, right));
    }
    return new AnswerTable(SAMPLES, all, rows);
  }

  private static CertificateTrials.Setting setting(int holdout, double limit, boolean anew) {
    return new CertificateTrials.Setting(4_000, holdout, limit, 0.95, anew);
  }

  @Test
  void aPlanLikeFloatIsCertifiedWhenTheHoldoutCanShowIt() {
    CertificateTrials trials = new CertificateTrials(losing(0));

    // Wilson's bound of nothing in n is z^2 / (n + z^2): 0.90 points for 300 samples, 1.34 for 200.
    CertificateTrials.Result enough = trials.run(setting(300, 0.01, false), -1, 20, 1);
    CertificateTrials.Result tooFew = trials.run(setting(200, 0.01, false), -1, 20, 1);

    assertThat(enough.certified()).isEqualTo(20);
    assertThat(enough.anyWrong()).isZero();
    assertThat(tooFew.certified()).isZero();
  }

  @Test
  void aPlanJustBeyondTheLimitIsCertifiedInAtMostOneOfTwentyTrials() {
    CertificateTrials trials = new CertificateTrials(losing(101));

    CertificateTrials.Result result = trials.run(setting(6_000, 0.01, true), -1, TRIALS, 3);

    assertThat(result.safestDrop()).isEqualTo(0.0101);
    assertThat(result.anyWrong()).isEqualTo(result.certified()).isEqualTo(result.chosenWrong());
    // Three standard deviations above 5 %; far from never, or the bound would be worthless.
    assertThat(result.anyWrong() / (double) TRIALS).isBetween(0.01, 0.071);
  }

  @Test
  void plansAreTestedUntilTheFirstFailure() {
    CertificateTrials trials = new CertificateTrials(losing(0, 10, 900));

    CertificateTrials.Result result = trials.run(setting(6_000, 0.01, false), -1, 10, 1);

    assertThat(result.certified()).isEqualTo(10);
    assertThat(result.anyWrong()).isZero();
    assertThat(result.plansTested()).isEqualTo(30);
  }

  @Test
  void plansThatLoseLessCanBeLeftOut() {
    CertificateTrials trials = new CertificateTrials(losing(0, 10, 900));

    CertificateTrials.Result result = trials.run(setting(6_000, 0.01, false), 0.002, 10, 1);

    assertThat(result.safestDrop()).isEqualTo(0.09);
    assertThat(result.certified()).isZero();
  }

  @Test
  void answersAreKept() throws IOException {
    AnswerTable table = losing(0, 10, 900);
    AnswerFile file = new AnswerFile(temp.resolve("new"), "abc");

    assertThat(file.read()).isEmpty();
    file.write(table);

    assertThat(file.read()).contains(table);
    assertThat(new AnswerFile(temp.resolve("new"), "abd").read()).isEmpty();
    Files.write(temp.resolve("new/abc.answers.gz"), new byte[] {31, -117, 8});
    assertThat(file.read()).isEmpty();
  }

  @Test
  void theBenchPrintsItsTablesTwiceFromTheSameAnswers() throws IOException {
    String task = SmallTask.in(temp).toString();
    Path json = temp.resolve("trials.json");
    String[] arguments = {
      "bench",
      "certificate",
      "--task",
      task,
      "--plans",
      "5",
      "--trials",
      "4",
      "--json",
      json.toString()
    };
    Tune first = Tune.run(arguments);
    Tune second = Tune.run(arguments);

    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(second.out())
        .doesNotContain("have answered")
        .contains("5 plans answered 300 samples");
    assertThat(first.out().lines().filter(line -> !line.contains("have answered")))
        .containsExactlyElementsOf(second.out().lines().toList());
    assertThat(json).content().contains("\"samples\" : 300", "\"anyWrong\"");
  }

  @Test
  void tooFewPlansAreRefused() {
    Tune tune = Tune.run("bench", "certificate", "--plans", "2");

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("--plans 2");
  }
}
