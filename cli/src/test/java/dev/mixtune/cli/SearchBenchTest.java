package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchBenchTest {
  private static final String INSTANCE =
      "{\"name\":\"tiny\",\"groups\":[[0,2]],\"layers\":[[[8,0],[4,0.1]],[[16,0],[8,0.5]],"
          + "[[2,0],[1,0.25]]],\"link\":\"saturating\"}";

  @TempDir private Path folder;

  private JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(file));
  }

  @Test
  void searchesAnInstanceAndWritesItsFronts() throws IOException {
    Path instance = folder.resolve("tiny.json");
    Files.writeString(instance, INSTANCE);
    Path out = folder.resolve("out.json");
    Tune tune =
        Tune.run(
            "bench",
            "search",
            "--instance",
            instance.toString(),
            "--max-evaluations",
            "10",
            "--seeds",
            "2",
            "--json",
            out.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    assertThat(tune.out()).contains("tiny").contains("100.0000 %");
    JsonNode result = json(out);
    assertThat(result.path("maxEvaluations").asInt()).isEqualTo(10);
    assertThat(result.path("runs")).hasSize(2);
    JsonNode run = result.path("runs").path(0);
    assertThat(run.path("evaluations").asInt()).isEqualTo(4);
    // Of the four plans that the group leaves, (16 bytes less, 0.5) is beaten by nothing either.
    assertThat(run.path("front").findValues("cost").stream().map(JsonNode::asDouble))
        .containsExactly(13.0, 18.0, 21.0, 26.0);
  }

  @Test
  void asksAForeignOracleLineByLine() throws IOException {
    Path out = folder.resolve("out.json");
    String oracle =
        "echo '{\"name\":\"foreign\",\"costs\":[[3,1],[3,1]],\"groups\":[]}'; while read line; do"
            + " case \"$line\" in *0,0*) d=0;; *1,1*) d=0.9;; *) d=0.2;; esac;"
            + " echo \"{\\\"damage\\\":$d}\"; done";
    Tune tune =
        Tune.run(
            "bench",
            "search",
            "--oracle",
            oracle,
            "--max-evaluations",
            "9",
            "--seeds",
            "1",
            "--json",
            out.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    JsonNode run = json(out).path("runs").path(0);
    assertThat(run.path("evaluations").asInt()).isEqualTo(4);
    assertThat(run.path("front").findValues("damage").stream().map(JsonNode::asDouble))
        .containsExactly(0.9, 0.2, 0.0);
  }

  @Test
  void saysWhatIsWrong() {
    Tune silent = Tune.run("bench", "search", "--oracle", "true", "--seeds", "1");
    assertThat(silent.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(silent.err()).contains("ended before it answered");
    Tune none = Tune.run("bench", "search", "--max-evaluations", "0");
    assertThat(none.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(none.err()).contains("--max-evaluations 0");
    Tune missing = Tune.run("bench", "search", "--instance", "nowhere.json");
    assertThat(missing.err()).contains("nowhere.json");
    assertThat(Tune.run("bench", "table").err()).contains("--table FILE");
  }
}
