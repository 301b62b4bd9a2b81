package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.KernelEntry;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Targets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
        kernels);
  }
}
