package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.chain.KernelChain;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A chain, and the schemes that it is timed with.
 *
 * @param chain the chain
 * @param variants one list of schemes per model, each with one scheme per layer
 */
public record Experiment(KernelChain chain, List<List<Scheme>> variants) {

  public Experiment {
    variants = variants.stream().map(List::copyOf).toList();
  }

  /** The id of the model with these schemes. */
  public String id(List<Scheme> schemes) {
    return chain.id()
        + "@"
        + (schemes.stream().distinct().count() == 1
            ? schemes.get(0).id()
            : schemes.stream().map(Scheme::id).collect(Collectors.joining(",")));
  }
}
