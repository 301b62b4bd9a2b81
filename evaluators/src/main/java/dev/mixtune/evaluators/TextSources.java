package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens files of lines against a model that reads texts. */
final class TextSources implements SourceOpener {
  private final Task task;
  private final Task.Text text;
  private final TextPorts ports;
  private final TokenizerFile settings;
  private final int maxTokens;
  private final Path cache;

  /**
   * @param cache folder that keeps the tokenizers' native library between runs
   * @throws UserException when the model does not read texts, or the tokenizer is none
   */
  TextSources(Task task, Session floatModel, Path cache) {
    this.task = task;
    this.text = task.text().orElseThrow();
    this.ports = TextPorts.of(floatModel, text.pooling());
    this.settings = TokenizerFile.read(text.tokenizer());
    this.maxTokens = mostTokens();
    this.cache = cache;
  }

  private int mostTokens() {
    int asked = text.maxTokens().orElse(settings.maxTokens().orElse(Task.Text.USUAL_MAX_TOKENS));
    if (ports.length() > 0 && text.maxTokens().isPresent() && asked > ports.length()) {
      throw new UserException(
          "inputs[0].maxTokens is " + asked + ", and the model takes " + ports.length() + " tokens",
          "Lower it, or leave it out");
    }
    return ports.length() > 0 ? Math.min(asked, ports.length()) : asked;
  }

  @Override
  public Opened evaluation() {
    return open(task.inputs().get(0).source(), columns(task.labels() != null), "inputs[0].source");
  }

  @Override
  public Opened other(Path source, @Nullable Path labels, String field) {
    return open(source, columns(labels != null), field);
  }

  @Override
  public Opened unlabelled(Path source, String field) {
    return open(source, unlabelledColumns(), field);
  }

  private Opened open(Path source, TextLines.Columns columns, String field) {
    TextLines lines = TextLines.read(source, columns, field);
    List<List<Tokens>> tokens = new ArrayList<>();
    try (TextTokenizer tokenizer = TextTokenizer.open(text.tokenizer(), maxTokens, cache)) {
      for (List<String> sample : lines.texts()) {
        tokens.add(sample.stream().map(tokenizer::tokens).toList());
      }
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).stream().anyMatch(one -> one.length() == 0)) {
        throw new UserException(
            field + " " + source + ": sample " + i + " has a text without tokens",
            "Remove it from the file");
      }
    }
    return new Opened(
        new TextInputs(lines.texts(), tokens, ports, text.pooling(), settings.padId()),
        lines.labels());
  }

  private TextLines.Columns columns(boolean labelFile) {
    if (labelFile || !task.metric().needsLabels()) {
      return unlabelledColumns();
    }
    if (text.kind() == Task.Text.Kind.PAIRS) {
      return TextLines.Columns.SCORE_AND_PAIR;
    }
    return task.metric() instanceof CountMetric
        ? TextLines.Columns.CLASS_AND_TEXT
        : TextLines.Columns.SCORE_AND_TEXT;
  }

  /** A column of labels may stand there and is passed over. */
  private TextLines.Columns unlabelledColumns() {
    return text.kind() == Task.Text.Kind.PAIRS ? TextLines.Columns.PAIR : TextLines.Columns.TEXT;
  }
}
