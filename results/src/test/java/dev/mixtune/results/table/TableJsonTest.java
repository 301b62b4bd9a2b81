package dev.mixtune.results.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.table.TableInstance;
import dev.mixtune.search.table.TablePoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableJsonTest {
  private static final String LAYERS =
      "\"layers\":[[[8,0],[4,0.1]],[[16,0],[8,0.5]],[[2,0],[1,0.25]]]";

  @TempDir private Path folder;

  private TableInstance read(String json) throws Exception {
    Path file = folder.resolve("instance.json");
    Files.writeString(file, json);
    return TableJson.read(file);
  }

  @Test
  void readsAnInstance() throws Exception {
    TableInstance sum = read("{\"name\":\"a\",\"groups\":[[0,2]]," + LAYERS + ",\"link\":\"sum\"}");
    assertThat(sum.shape().name()).isEqualTo("a");
    assertThat(sum.shape().genes()).isEqualTo(2);
    assertThat(sum.shape().cost(new int[] {1, 0, 1})).isEqualTo(21);
    assertThat(sum.damage(new int[] {1, 1, 1})).isCloseTo(0.85, within(1e-12));
    TableInstance saturating =
        read("{\"name\":\"b\",\"groups\":[]," + LAYERS + ",\"link\":\"saturating\"}");
    assertThat(saturating.damage(new int[] {1, 1, 1}))
        .isCloseTo(1 - 0.9 * 0.5 * 0.75, within(1e-12));
  }

  @Test
  void readsPairsAndNoise() throws Exception {
    String pairs = ",\"pairs\":[[0,1,2,1,-0.05]]";
    TableInstance plain = read("{\"name\":\"a\"," + LAYERS + pairs + "}");
    assertThat(plain.damage(new int[] {1, 0, 1})).isCloseTo(0.3, within(1e-12));
    TableInstance noisy =
        read("{\"name\":\"a\"," + LAYERS + ",\"noise\":{\"deviation\":0.1,\"seed\":5}}");
    int[] plan = {1, 0, 0};
    assertThat(noisy.damage(plan)).isEqualTo(noisy.damage(plan)).isNotEqualTo(0.1);
    assertThat(noisy.trueDamage(plan)).isEqualTo(0.1);
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> read("{\"name\":\"a\",\"layers\":[[[1]]]}"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("layer 0, option 0, damage");
    assertThatThrownBy(() -> read("{\"name\":\"a\"," + LAYERS + ",\"link\":\"product\"}"))
        .hasMessageContaining("'product'");
    assertThatThrownBy(() -> read("{\"name\":\"a\"," + LAYERS + ",\"gruops\":[]}"))
        .hasMessageContaining("'gruops'");
    assertThatThrownBy(() -> read("{\"name\":\"a\",\"groups\":[[0,9]]," + LAYERS + "}"))
        .hasMessageContaining("layer 9");
    assertThatThrownBy(() -> read("{")).hasMessageContaining("no JSON");
    assertThatThrownBy(() -> TableJson.read(folder.resolve("none.json")))
        .hasMessageContaining("none.json");
  }

  @Test
  void writesResultsAsAgreed() throws Exception {
    TableRun run = new TableRun(3, 20, List.of(new TablePoint(List.of(1, 0), 12, 0.25)));
    TableResult result = new TableResult("a", 50, List.of(run));
    ObjectMapper mapper = new ObjectMapper();
    String expected =
        "{\"name\":\"a\",\"maxEvaluations\":50,\"runs\":[{\"seed\":3,\"evaluations\":20,"
            + "\"front\":[{\"plan\":[1,0],\"cost\":12.0,\"damage\":0.25}]}]}";
    assertThat(mapper.readTree(TableJson.write(List.of(result))))
        .isEqualTo(mapper.readTree(expected));
    assertThat(mapper.readTree(TableJson.write(List.of(result, result)))).hasSize(2);
  }

  @Test
  void speaksWithAnOracle() {
    assertThat(TableJson.question(new int[] {0, 2})).isEqualTo("{\"plan\":[0,2]}");
    assertThat(TableJson.damage("{\"damage\":0.5}")).isEqualTo(0.5);
    assertThat(TableJson.shape("{\"name\":\"o\",\"costs\":[[2,1],[4,3]],\"groups\":[]}").layers())
        .isEqualTo(2);
    assertThatThrownBy(() -> TableJson.damage("{\"error\":1}"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("damage");
  }
}
