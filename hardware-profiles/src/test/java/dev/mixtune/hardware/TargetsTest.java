package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TargetsTest {
  static final HostFacts HOST =
      new HostFacts("A CPU", 2, List.of("avx512_vnni"), true, "Linux", "amd64", "17");
  private static final Set<Scheme> STATIC =
      EnumSet.of(Scheme.F32, Scheme.F16, Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);
  private static final Set<Scheme> FLOAT =
      EnumSet.of(Scheme.F32, Scheme.F16, Scheme.W8, Scheme.W4, Scheme.W2);

  private final Targets targets = new Targets(HOST);

  @Test
  void everyProfileInTheFolderShips() throws IOException {
    try (var files = Files.list(Path.of("profiles"))) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(Targets.SHIPPED);
    }
    for (String name : Targets.SHIPPED) {
      assertThat(targets.find(name).name()).isEqualTo(name);
    }
  }

  @Test
  void nothingShippedSaysThatPrunedWeightsPay() {
    assertThat(targets.find("host").sparsity()).isEmpty();
    for (String name : Targets.SHIPPED) {
      assertThat(targets.find(name).sparsity()).as(name).isEmpty();
    }
  }

  @Test
  void saysWhereItsLatenciesComeFrom() {
    Target pixel = targets.find("pixel8");
    assertThat(pixel.basis()).isEqualTo(Basis.MODELLED);
    assertThat(pixel.sentence())
        .startsWith("pixel8: 100 % of the time is modelled, from ")
        .contains("no kernel was timed");
    assertThat(targets.find("host").sentence())
        .isEqualTo(
            "host: 100 % of the time is measured, end to end on this machine (A CPU, 2 cores,"
                + " avx512_vnni), interleaved with the float model.");
  }

  @Test
  void saysTheShareOfAPredictedTime(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("board.json"), ProfileReaderTest.TIMED);
    ProfileTarget board = (ProfileTarget) targets.find(file.toString());
    assertThat(board.basis()).isEqualTo(Basis.MODELLED);
    assertThat(board.sentence())
        .isEqualTo(
            "board: its 5 entries are 1 measured, 2 scaled, 1 modelled, from runs on the board.");
    // 10000 ns measured, 3500 ns modelled
    KernelUse floats =
        new KernelUse(KernelUse.Op.CONV, Arithmetic.FLOAT, 32, "a", 10_000, 1, 1000, 9);
    KernelUse integers =
        new KernelUse(KernelUse.Op.CONV, Arithmetic.INTEGER_STATIC, 8, "b", 10_000, 1, 1000, 9);
    assertThat(board.sentence(board.latencyModel().predict(List.of(floats, integers))))
        .isEqualTo("board: 74 % of the time is measured, 26 % modelled, from runs on the board.");
  }

  @ParameterizedTest
  @EnumSource(OperatorKind.class)
  void offersTheSchemesThatRun(OperatorKind kind) {
    Set<Scheme> expected =
        switch (kind) {
          case MATMUL -> EnumSet.allOf(Scheme.class);
          case CONV_TRANSPOSE, GATHER -> FLOAT;
          default -> EnumSet.copyOf(STATIC);
        };
    expected.addAll(FLOAT);
    assertThat(targets.find("host").supports(kind)).isEqualTo(expected);
    assertThat(targets.find("pixel8").supports(kind)).isEqualTo(expected);
  }

  @Test
  void aProfileWithoutPriceForOtherOperatorsOffersNoEmbedding() {
    ProfileTarget board =
        new ProfileTarget(ProfileReader.read("board.json", ProfileReaderTest.TIMED));
    assertThat(board.supports(OperatorKind.GATHER)).isEmpty();
    assertThat(board.supports(OperatorKind.CONV_TRANSPOSE)).isEqualTo(FLOAT);
  }

  @Test
  void aProfileNarrowsWhatRuns() {
    ProfileTarget board =
        new ProfileTarget(ProfileReader.read("board.json", ProfileReaderTest.TIMED));
    // No kernel below 8 bits, and nothing at all for other kinds.
    assertThat(board.supports(OperatorKind.CONV))
        .containsExactly(Scheme.F32, Scheme.F16, Scheme.W8A8, Scheme.W8, Scheme.W4, Scheme.W2);
    assertThat(board.supports(OperatorKind.MATMUL)).isEmpty();
  }

  @Test
  void listsTheHostFirst() {
    List<TargetSummary> list = targets.list();
    assertThat(list)
        .extracting(TargetSummary::name)
        .startsWith("host", "pixel8", "pixel8-a715", "pixel8-a510", "raspberrypi5");
    assertThat(list).hasSize(1 + Targets.SHIPPED.size());
    assertThat(list).extracting(TargetSummary::measuredShare).startsWith(1.0, 0.0, 0.0);
    assertThat(list).extracting(TargetSummary::modelledShare).startsWith(0.0, 1.0, 1.0);
    assertThat(list.get(1).description()).contains("never timed on the device");
  }

  @Test
  void suggestsTheNearestName() {
    assertThatThrownBy(() -> targets.find("pixel9"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'pixel9'")
        .hasMessageContaining("known: host, pixel8")
        .hasMessageContaining("Maybe you meant 'pixel8'");
    assertThatThrownBy(() -> targets.find("banana"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("path of a profile");
    assertThatThrownBy(() -> targets.find("no/such/file.json"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("does not exist");
  }

  @Test
  void distanceCountsEdits() {
    assertThat(Closest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Closest.distance("saturday", "sunday")).isEqualTo(3);
    assertThat(Closest.distance("", "abc")).isEqualTo(3);
    assertThat(Closest.distance("abc", "abc")).isZero();
  }
}
