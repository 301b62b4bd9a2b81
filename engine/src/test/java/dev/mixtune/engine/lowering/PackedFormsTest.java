package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedFormsTest {
  private static final List<Long> SHAPE = List.of(2L, 3L);

  private final PackedForms forms = new PackedForms();

  private static RoundedWeights rounded(int bits, byte... codes) {
    return new RoundedWeights(bits, codes, new float[] {1, 1}, ChannelLayout.of(SHAPE, 0), "test");
  }

  @Test
  void aTensorIsPackedOnce() {
    RoundedWeights narrow =
        rounded(2, (byte) -2, (byte) -1, (byte) 0, (byte) 1, (byte) 0, (byte) -2);
    RoundedWeights equal = rounded(2, narrow.codes().clone());

    assertThat(forms.of(SHAPE, narrow)).isSameAs(forms.of(SHAPE, narrow));
    assertThat(forms.of(SHAPE, narrow)).isEqualTo(forms.of(SHAPE, equal));
    byte[] half = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assertThat(forms.half(SHAPE, half)).isSameAs(forms.half(SHAPE, half));
  }

  /** By hand: codes moved up by 2 are 0 1 2 3 and 2 0, the first in the lowest bits. */
  @Test
  void narrowCodesLieLowBitsFirst() {
    PackedForms.Narrow narrow =
        (PackedForms.Narrow)
            forms.of(
                SHAPE, rounded(2, (byte) -2, (byte) -1, (byte) 0, (byte) 1, (byte) 0, (byte) -2));

    assertThat(narrow.bytes().getRawData().toByteArray())
        .containsExactly((byte) 0b11_10_01_00, (byte) 0b00_00_00_10);
    assertThat(narrow.count()).isEqualTo(6);
    assertThat(narrow.shape()).isEqualTo(SHAPE);
  }

  /** Each channel has codes of its own, which no uniform grid of 2 bits holds. */
  @Test
  void codesOffTheGridAreLookedUp() {
    PackedForms.Book book =
        (PackedForms.Book)
            forms.of(
                SHAPE, rounded(2, (byte) 90, (byte) -7, (byte) 90, (byte) 5, (byte) 4, (byte) 3));

    assertThat(book.table().getRawData().toByteArray()).containsExactly(-7, 90, 0, 0, 3, 4, 5, 0);
    assertThat(book.axis()).isEqualTo(1);
    assertThat(book.indices().bytes().getRawData().toByteArray())
        .containsExactly((byte) 0b10_01_00_01, (byte) 0b00_00_00_01);
  }

  @Test
  void eightBitsStayAsTheyAre() {
    byte[] codes = {-128, 127, 3, 4, 5, 6};
    PackedForms.Plain plain = (PackedForms.Plain) forms.of(SHAPE, rounded(8, codes));

    assertThat(plain.codes().getRawData().toByteArray()).isEqualTo(codes);
    assertThat(plain.codes().getDimsList()).isEqualTo(SHAPE);
  }
}
