package dev.mixtune.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One scheme for every layer: the genotype of a candidate.
 *
 * @param schemes in the order of the network's layers
 */
public record Plan(List<Scheme> schemes) {

  public Plan {
    schemes = List.copyOf(schemes);
    if (schemes.isEmpty()) {
      throw new IllegalArgumentException("a plan needs at least one layer");
    }
  }

  /** The plan that gives every one of {@code layers} layers the same scheme. */
  public static Plan uniform(int layers, Scheme scheme) {
    return new Plan(Collections.nCopies(layers, scheme));
  }

  /** The scheme of the layer at {@code index}. */
  public Scheme scheme(int index) {
    return schemes.get(index);
  }

  /** Number of layers. */
  public int size() {
    return schemes.size();
  }

  /** This plan with one layer changed. */
  public Plan with(int index, Scheme scheme) {
    List<Scheme> changed = new ArrayList<>(schemes);
    changed.set(index, scheme);
    return new Plan(changed);
  }

  /** Scheme names joined by blanks; {@link #parse} reads it back. */
  public String key() {
    return schemes.stream().map(Scheme::id).collect(Collectors.joining(" "));
  }

  /**
   * The plan that {@link #key} wrote.
   *
   * @throws IllegalArgumentException when a name is unknown
   */
  public static Plan parse(String key) {
    return new Plan(Arrays.stream(key.trim().split(" ")).map(Scheme::ofId).toList());
  }

  /**
   * A short name that is the same for the same plan on every machine, such as {@code p3fa91c02d4}.
   */
  public String id() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key().getBytes(StandardCharsets.UTF_8));
      return "p" + HexFormat.of().formatHex(digest, 0, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
