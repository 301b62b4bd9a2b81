package dev.mixtune.engine.chain;

import java.util.List;

/**
 * A small made-up network: a few operators one after another, of the kind that trained networks
 * repeat. Kernels are timed in chains because integer kernels fuse with their neighbours, and
 * because a change of precision costs something only between two layers.
 *
 * @param inputShape shape of the only input, batch first, such as {@code [1, 16, 32, 32]} or {@code
 *     [1, 128, 384]}
 * @param links the operators; each reads what the one before wrote
 */
public record KernelChain(List<Long> inputShape, List<Link> links) {

  public KernelChain {
    inputShape = List.copyOf(inputShape);
    links = List.copyOf(links);
    if (inputShape.size() < 2 || inputShape.stream().anyMatch(axis -> axis < 1)) {
      throw new IllegalArgumentException("input shape " + inputShape);
    }
    if (links.stream().noneMatch(Link::isLayer)) {
      throw new IllegalArgumentException("a chain without a layer: " + links);
    }
  }

  /** How many links are layers, which take a scheme. */
  public int layers() {
    return (int) links.stream().filter(Link::isLayer).count();
  }

  /** The chain as one line, the same for equal chains. */
  public String id() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < inputShape.size(); i++) {
      text.append(i == 0 ? "" : "x").append(inputShape.get(i));
    }
    links.forEach(link -> text.append(' ').append(link.id()));
    return text.toString();
  }
}
