package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A device that is known through its profile only.
 *
 * @param profile what the device costs
 */
public record ProfileTarget(Profile profile) implements Target {

  @Override
  public String name() {
    return profile.name();
  }

  @Override
  public Basis basis() {
    return profile.kernels().stream()
        .map(KernelEntry::basis)
        .filter(basis -> basis != Basis.NO_KERNEL)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Without a plan the share of time is known only when every entry has the same basis. */
  @Override
  public String sentence() {
    Set<Basis> bases =
        profile.kernels().stream()
            .map(KernelEntry::basis)
            .filter(basis -> basis != Basis.NO_KERNEL)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Basis.class)));
    if (bases.size() == 1) {
      return ending("100 % of the time is " + basis().id());
    }
    String list =
        bases.stream()
            .map(
                basis ->
                    profile.kernels().stream().filter(entry -> entry.basis() == basis).count()
                        + " "
                        + basis.id())
            .collect(Collectors.joining(", "));
    return ending("its " + profile.kernels().size() + " entries are " + list);
  }

  /** As {@link #sentence()}, with the shares of one predicted time. */
  public String sentence(Prediction prediction) {
    return ending(prediction.sharesSentence());
  }

  private String ending(String shares) {
    return profile.name() + ": " + shares + ", from " + profile.provenance() + ".";
  }

  /** The latency model of the profile. */
  public ProfileLatencyModel latencyModel() {
    return new ProfileLatencyModel(profile);
  }

  @Override
  public Optional<Sparsity> sparsity() {
    return Optional.ofNullable(profile.sparsity());
  }

  @Override
  public Set<Scheme> supports(OperatorKind kind) {
    Set<Scheme> schemes = EnumSet.noneOf(Scheme.class);
    for (Scheme scheme : Target.runnable(kind)) {
      profile
          .find(KernelUse.Op.of(kind), scheme.arithmetic(), KernelUse.pricedBits(kind, scheme))
          .filter(entry -> entry.basis() != Basis.NO_KERNEL)
          .ifPresent(entry -> schemes.add(scheme));
    }
    return Collections.unmodifiableSet(schemes);
  }
}
