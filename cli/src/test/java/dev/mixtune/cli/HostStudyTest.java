package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A small study that is timed on this machine while its plans are scored. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostStudyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private Path study;
  private Tune run;

  @BeforeAll
  void runTheExample() throws IOException {
    study = temp.resolve("study");
    run =
        Tune.run(
            "--task",
            SmallTask.in(temp).toString(),
            "--target",
            "host",
            "--max-drop",
            "5%",
            "--max-evaluations",
            "24",
            "--workers",
            "2",
            "--in-process",
            "--out",
            study.toString());
  }

  private JsonNode points() throws IOException {
    return JSON.readTree(Files.readString(study.resolve("frontier.json"))).get("points");
  }

  private List<String> frontier() throws IOException {
    List<String> ids = new ArrayList<>();
    points().forEach(point -> ids.add(point.get("id").asText()));
    return ids;
  }

  private <T> T read(Function<StudyReader, T> question) {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return question.apply(reader);
    }
  }

  private Map<String, Double> company() {
    return read(
        reader -> {
          try {
            return JSON.readValue(
                reader.document("timedInCompany").orElseThrow(),
                new TypeReference<Map<String, Double>>() {});
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void uniformPlansAreTimedBothWays() {
    assertThat(run.err()).isEmpty();
    assertThat(company().entrySet())
        .filteredOn(entry -> entry.getKey().startsWith("uniform 2 "))
        .hasSizeBetween(1, 5)
        .allSatisfy(entry -> assertThat(entry.getValue()).isBetween(0.05, 20.0));
  }

  @Test
  void whatIsPublishedWasTimedAlone() throws IOException {
    List<String> ids = frontier();
    Map<String, Double> company = company();
    assertThat(ids).isNotEmpty();
    points().forEach(point -> assertThat(point.get("latencyBasis").asText()).isEqualTo("measured"));
    List<Evaluation> onFrontier =
        read(StudyReader::evaluations).stream().filter(e -> ids.contains(e.id())).toList();
    assertThat(onFrontier)
        .hasSameSizeAs(ids)
        .allSatisfy(
            evaluation ->
                assertThat(company.getOrDefault(evaluation.kernelSignature(), 1.0))
                    .as("timed in company and not again")
                    .isNotZero());
  }
}
