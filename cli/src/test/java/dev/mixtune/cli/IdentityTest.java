package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.RunCost;
import dev.mixtune.hardware.Targets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  private static final HostFacts HOST = Workbench.hostFacts();

  @Test
  void whatChangesAFileIsNamed() {
    assertThat(
            Identity.differenceInFiles(
                Map.of("inputs", "mean 1", "model", "a"), Map.of("inputs", "mean 2", "model", "a")))
        .hasValue("its inputs was 'mean 1' and is 'mean 2' now");
    assertThat(Identity.differenceInFiles(Map.of(), Map.of("axes", "{}")))
        .hasValue("its axes was none and is '{}' now");
  }

  @Test
  void anotherVersionOfTheRoundingIsNamed(@TempDir Path temp) throws IOException {
    RunOptions options = new RunOptions();
    options.task = SmallTask.in(temp);
    Surroundings around =
        new Surroundings(
            Tune.ROOT,
            Path.of("target", "natives"),
            Clock.systemUTC(),
            System.out,
            System.err,
            /* terminal= */ false,
            new AtomicBoolean());
    try (Workbench bench = Workbench.open(options, around)) {
      Map<String, String> now = Identity.of(options, bench);
      Map<String, String> older = new HashMap<>(now);
      older.put("rounding version", "1");
      assertThat(Identity.differenceInFiles(older, now))
          .hasValueSatisfying(
              named -> assertThat(named).startsWith("its rounding version was '1' and is '"));
      older.remove("rounding version");
      assertThat(Identity.differenceInFiles(older, now))
          .hasValueSatisfying(
              named -> assertThat(named).startsWith("its rounding version was none"));
    }
  }

  @Test
  void whatChangesOnlyTimesAndChoicesDoesNotCount() {
    assertThat(
            Identity.differenceInFiles(
                Map.of("machine", "a", "target", "host", "max drop", "1%", "model", "m"),
                Map.of("profile", "b", "target", "pixel8", "max drop", "2%", "model", "m")))
        .isEmpty();
  }

  @Test
  void anotherCostIsAnotherProfile() {
    Profile profile = ((ProfileTarget) new Targets(HOST).find("pixel8")).profile();
    List<KernelEntry> kernels = new ArrayList<>(profile.kernels());
    assertThat(Identity.digest(with(profile, kernels))).isEqualTo(Identity.digest(profile));
    Collections.reverse(kernels);
    assertThat(Identity.digest(with(profile, kernels))).isNotEqualTo(Identity.digest(profile));
  }

  @Test
  void anotherCostOfARunIsAnotherProfile() {
    Profile profile = ((ProfileTarget) new Targets(HOST).find("pixel8")).profile();
    String none = Identity.digest(running(profile, null));
    String one = Identity.digest(running(profile, run(20, 0.05)));
    assertThat(one).isNotEqualTo(none).isEqualTo(Identity.digest(running(profile, run(20, 0.05))));
    assertThat(Identity.digest(running(profile, run(21, 0.05)))).isNotEqualTo(one);
    assertThat(Identity.digest(running(profile, run(20, 0.06)))).isNotEqualTo(one);
  }

  private static RunCost run(double micros, double nanosPerByte) {
    return new RunCost(
        micros, List.of(new RunCost.Fetch(1_000, nanosPerByte)), Basis.MODELLED, "made up");
  }

  private static Profile running(Profile p, @Nullable RunCost run) {
    return new Profile(
        p.name(),
        p.description(),
        p.provenance(),
        p.runtime(),
        p.threads(),
        p.batch(),
        p.core(),
        p.pipeline(),
        p.statedError(),
        p.statedErrorSource(),
        p.sparsity(),
        run,
        p.limits(),
        p.power(),
        p.kernels());
  }

  private static Profile with(Profile p, List<KernelEntry> kernels) {
    return new Profile(
        p.name(),
        p.description(),
        p.provenance(),
        p.runtime(),
        p.threads(),
        p.batch(),
        p.core(),
        p.pipeline(),
        p.statedError(),
        p.statedErrorSource(),
        p.sparsity(),
        p.run(),
        p.limits(),
        p.power(),
        kernels);
  }
}
