package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which widths the options {@code --bits}, {@code --keep} and {@code --exclude} allow a layer. */
final class WidthRules {
  private final Set<Integer> bits;
  private final List<Kept> kept = new ArrayList<>();

  private record Kept(String option, Pattern layers, Set<Integer> bits) {}

  /**
   * @param layers all layers of the model, at least one
   * @throws UserException when a rule is wrong, or matches none of them
   */
  WidthRules(RunOptions options, List<Layer> layers) {
    this.bits = options.bitSet();
    for (String text : options.keep) {
      kept.add(kept(text));
    }
    for (String text : options.exclude) {
      kept.add(new Kept("--exclude '" + text + "'", pattern("--exclude", text), Set.of(32)));
    }
    kept.forEach(rule -> requireMatch(rule, layers));
  }

  private static Kept kept(String text) {
    int split = text.lastIndexOf('=');
    String width = split < 0 ? "" : text.substring(split + 1).trim();
    if (!Set.of("2", "4", "8", "16", "32").contains(width)) {
      throw new UserException(
          "--keep '" + text + "' does not end in =2, =4, =8, =16 or =32",
          "Write for example --keep 'classifier=16'.");
    }
    return new Kept(
        "--keep '" + text + "'",
        pattern("--keep", text.substring(0, split)),
        Set.of(Integer.valueOf(width)));
  }

  private static Pattern pattern(String option, String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new UserException(
          option + " '" + text + "' is no regular expression: " + e.getDescription(),
          "Quote the characters that are meant literally.",
          e);
    }
  }

  private static void requireMatch(Kept rule, List<Layer> layers) {
    if (layers.stream().noneMatch(layer -> rule.layers().matcher(layer.name()).find())) {
      throw new UserException(
          rule.option() + " matches no layer",
          "Layers are called for example '"
              + layers.get(0).name()
              + "' and '"
              + layers.get(layers.size() - 1).name()
              + "'.");
    }
  }

  /** The widths that a layer may take: 2, 4, 8, 16, or 32 for a layer that stays as it is. */
  Set<Integer> of(Layer layer) {
    for (Kept rule : kept) {
      if (rule.layers().matcher(layer.name()).find()) {
        return rule.bits();
      }
    }
    return bits;
  }
}
