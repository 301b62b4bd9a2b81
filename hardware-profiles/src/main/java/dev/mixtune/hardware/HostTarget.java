package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import java.util.Optional;
import java.util.Set;

/**
 * The machine that the program runs on: candidates are timed end to end.
 *
 * @param facts what the machine is
 */
public record HostTarget(HostFacts facts) implements Target {
  /** The name of every host target. */
  public static final String NAME = "host";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Basis basis() {
    return Basis.MEASURED;
  }

  @Override
  public String sentence() {
    return NAME
        + ": 100 % of the time is measured, end to end on this machine ("
        + facts.summary()
        + "), interleaved with the float model.";
  }

  /** ONNX Runtime's CPU provider has no sparse kernel. */
  @Override
  public Optional<Sparsity> sparsity() {
    return Optional.empty();
  }

  @Override
  public Set<Scheme> supports(OperatorKind kind) {
    return Target.runnable(kind);
  }
}
