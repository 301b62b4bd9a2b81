package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeptFormsTest {
  private static final List<Long> SHAPE = List.of(2L, 3L);

  private final AtomicInteger made = new AtomicInteger();

  private static RoundedWeights rounded(int bits, int... codes) {
    byte[] bytes = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[i] = (byte) codes[i];
    }
    return new RoundedWeights(bits, bytes, new float[] {1, 1}, ChannelLayout.of(SHAPE, 0), "test");
  }

  private StoredForm form(KeptForms forms, RoundedWeights weights) {
    return forms.of(
        weights,
        SHAPE,
        () -> {
          made.incrementAndGet();
          return StoredForm.of(SHAPE, weights);
        });
  }

  @Test
  void aTensorIsPackedOnce() {
    KeptForms forms = new KeptForms(100);
    RoundedWeights weights = rounded(4, 1, 2, 3, 4, 5, 6);
    StoredForm first = form(forms, weights);

    assertThat(form(forms, weights)).isSameAs(first);
    assertThat(made).hasValue(1);
    assertThat(form(forms, rounded(4, 1, 2, 3, 4, 5, 7))).isNotEqualTo(first);
    assertThat(made).hasValue(2);
  }

  @Test
  void whatTakesTooMuchIsMadeEachTime() {
    // Six codes of 8 bits take six bytes.
    KeptForms forms = new KeptForms(7);
    RoundedWeights kept = rounded(8, 1, 2, 3, 4, 5, 6);
    RoundedWeights beyond = rounded(8, 1, 1, 1, 1, 1, 1);
    form(forms, kept);
    form(forms, beyond);
    assertThat(made).hasValue(2);

    assertThat(form(forms, beyond)).isEqualTo(StoredForm.of(SHAPE, beyond));
    assertThat(made).hasValue(3);
    form(forms, kept);
    assertThat(made).hasValue(3);
  }

  /** By hand: codes moved up by 2 are 0 1 2 3 and 2 0, the first in the lowest bits. */
  @Test
  void narrowCodesLieLowBitsFirst() {
    StoredForm.Packed packed =
        (StoredForm.Packed) StoredForm.of(SHAPE, rounded(2, -2, -1, 0, 1, 0, -2));

    assertThat(packed.constant().getRawData().toByteArray())
        .containsExactly((byte) 0b11_10_01_00, (byte) 0b00_00_00_10);
    assertThat(packed.shape()).isEqualTo(SHAPE);
    assertThat(packed.bytes()).isEqualTo(2);
  }

  /** Each channel has codes of its own, which no uniform grid of 2 bits holds. */
  @Test
  void codesOffTheGridAreLookedUp() {
    StoredForm.Codebook book =
        (StoredForm.Codebook) StoredForm.of(SHAPE, rounded(2, 90, -7, 90, 5, 4, 3));

    assertThat(book.table().getRawData().toByteArray()).containsExactly(-7, 90, 0, 0, 3, 4, 5, 0);
    assertThat(book.axis()).isEqualTo(1);
    assertThat(book.indices().constant().getRawData().toByteArray())
        .containsExactly((byte) 0b10_01_00_01, (byte) 0b00_00_00_01);
  }
}
