package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer of a few words, and tasks of texts made of them. */
abstract class TextTaskFixture {
  static final Path NATIVES = Path.of("target", "natives");
  static final List<String> WORDS = List.of("a", "cat", "dog", "sees", "runs", "sleeps");

  @TempDir Path folder;

  /** One id per word, texts between 1 and 2, cut at 6 tokens, padded to 8 if one let it. */
  static final String TOKENIZER =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0},
       "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
                   "pad_id": 9, "pad_type_id": 0, "pad_token": "[PAD]"},
       "added_tokens": [], "normalizer": {"type": "Lowercase"},
       "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                            "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
         "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "cat": 4, "dog": 5, "sees": 6,
                   "runs": 7, "sleeps": 8, "[PAD]": 9}}}
      """;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("m.onnx"), "tokens");
    write("pairs.tsv", "5.0\ta cat runs\ta cat sleeps", "1.5\tA DOG\ta bird", "", "0\tcat\ta a a");
  }

  void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  Task task(String input, String rest) throws IOException {
    Path file = folder.resolve("t.task.yaml");
    Files.writeString(file, "model: m.onnx\ninputs:\n  - {" + input + "}\n" + rest);
    return TaskFile.read(file);
  }

  Task pairs(String more) throws IOException {
    return task(
        "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json" + more,
        "metric: sts-spearman\ncalibration: {samples: 1}\nsplits: {search: 0.5, holdout: 0.5}\n");
  }

  static TextInputs inputs(Task task, TextModel model) {
    try (Session session = model.open(task.model(), 1)) {
      return (TextInputs) new TextSources(task, session, NATIVES).evaluation().inputs();
    }
  }

  static long[] values(Map<String, Tensor> run, String name) {
    return ((Tensor.Longs) run.get(name)).values();
  }
}
