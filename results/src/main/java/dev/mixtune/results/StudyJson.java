package dev.mixtune.results;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Records to JSON and back: fields in the order of the record, the same bytes on every machine. */
final class StudyJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(new BasisWriter())
                  .addDeserializer(Basis.class, new BasisReader()))
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          // Newer files may carry more fields. Missing ones are an error: nulls are always written.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private StudyJson() {}

  /** Indented, with a final newline. */
  static String write(Object value) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    try {
      return MAPPER.writer(printer).writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records can always be written", e);
    }
  }

  /** On one line. */
  static String compact(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records can always be written", e);
    }
  }

  /**
   * What {@link #compact} wrote.
   *
   * @param completion adds what texts of older versions lack
   */
  static <T> T value(String text, Class<T> type, Consumer<JsonNode> completion) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      completion.accept(tree);
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + detail(e), e);
    }
  }

  static <T> T read(Path file, Class<T> type) {
    return read(file, type, tree -> {});
  }

  /**
   * @param completion adds what files of older versions lack
   */
  static <T> T read(Path file, Class<T> type, Consumer<JsonNode> completion) {
    try {
      JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
      if (tree.isMissingNode()) {
        throw MismatchedInputException.from(null, type, "it is empty");
      }
      completion.accept(tree);
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "'" + file + "' is not what it should be: " + detail(e),
          "Write it again with 'tune report', or name the folder of a study",
          e);
    } catch (IOException e) {
      throw new UserException(
          "cannot read '" + file + "': " + AtomicFile.reason(e),
          "Name the folder of a study that has come to its end",
          e);
    }
  }

  private static String detail(JsonProcessingException e) {
    String where = "";
    if (e instanceof JsonMappingException mapping) {
      where = " (at " + mapping.getPathReference().replaceAll("[\\w.$]+\\.(\\w+)\\[", "$1[") + ")";
    }
    return e.getOriginalMessage() + where;
  }

  private static final class BasisWriter extends StdSerializer<Basis> {
    private static final long serialVersionUID = 1L;

    BasisWriter() {
      super(Basis.class);
    }

    @Override
    public void serialize(Basis basis, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(basis.id());
    }
  }

  private static final class BasisReader extends StdDeserializer<Basis> {
    private static final long serialVersionUID = 1L;

    BasisReader() {
      super(Basis.class);
    }

    @Override
    public Basis deserialize(JsonParser in, DeserializationContext context) throws IOException {
      try {
        return StudyRows.basis(in.getText());
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(in, e.getMessage(), e);
      }
    }
  }
}
