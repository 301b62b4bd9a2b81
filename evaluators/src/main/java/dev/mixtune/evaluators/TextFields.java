package dev.mixtune.evaluators;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads what a task file says about text. */
final class TextFields {
  private TextFields() {}

  /**
   * What an entry says about its text.
   *
   * @param tokenizer the file that the entry names, checked when it is its turn
   */
  static Task.Text read(Fields entry, Supplier<Path> tokenizer) {
    Task.Text.Kind kind =
        named(entry, "kind", entry.text("kind"), Task.Text.Kind.values(), Task.Text.Kind::id);
    for (String key : List.of("name", "layout", "mean", "std")) {
      if (entry.has(key)) {
        throw entry.wrong(
            key, "is for arrays and pictures", "Leave it out: text feeds all inputs of the model");
      }
    }
    Path file = tokenizer.get();
    Pooling pooling =
        named(
            entry,
            "pooling",
            entry.optionalText("pooling").orElse(Pooling.NONE.id()),
            Pooling.values(),
            Pooling::id);
    OptionalInt maxTokens = entry.positiveInt("maxTokens");
    if (maxTokens.isPresent() && maxTokens.getAsInt() < 2) {
      throw entry.wrong(
          "maxTokens", "is " + maxTokens.getAsInt(), "The tokens at both ends count too");
    }
    return new Task.Text(kind, file, pooling, maxTokens);
  }

  private static <T> T named(
      Fields entry, String key, String text, T[] values, Function<T, String> id) {
    List<String> known = Arrays.stream(values).map(id).toList();
    return Arrays.stream(values)
        .filter(value -> id.apply(value).equals(text))
        .findFirst()
        .orElseThrow(() -> entry.wrong(key, "is '" + text + "'", Suggestion.among(text, known)));
  }

  /** Some metrics compare two texts, and some only judge one answer. */
  static void requireSuited(Fields fields, Metric metric, Task.Input input) {
    Task.Text text = input.text();
    boolean pairs = text != null && text.kind() == Task.Text.Kind.PAIRS;
    if (metric instanceof StatisticMetric statistic && statistic.needsPairs() && !pairs) {
      throw fields.wrong(
          "metric",
          "is '" + metric.id() + "', which compares two texts",
          "Give the input 'kind: text-pairs', or choose another metric");
    }
    if (pairs && metric instanceof CountMetric) {
      throw fields.wrong(
          "metric",
          "is '" + metric.id() + "', which judges one answer, and text-pairs gives two embeddings",
          "Use sts-spearman or fidelity-cosine");
    }
  }
}
