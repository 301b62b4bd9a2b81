package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelTilesTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "10, 1", "384, 1", "1000, 1", "64, 64", "96, 4"})
  void everyChannelIsInOneTileWithOthersOfItsGroup(int channels, int groups) {
    List<int[]> tiles = ChannelTiles.of(channels, groups);

    assertThat(tiles.stream().flatMapToInt(IntStream::of))
        .containsExactlyElementsOf(IntStream.range(0, channels).boxed().toList());
    int perGroup = channels / groups;
    assertThat(tiles)
        .allMatch(tile -> IntStream.of(tile).map(c -> c / perGroup).distinct().count() == 1);
  }

  @Test
  void aPartIsSpreadOverEachGroup() {
    List<int[]> tiles = ChannelTiles.everyNth(40, 2, 8);

    assertThat(tiles.stream().flatMapToInt(IntStream::of)).containsExactly(0, 8, 16, 20, 28, 36);
  }
}
