package dev.mixtune.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixDesignTest {
  private static List<int[]> drawn(int layers, int kernels, int count) {
    MixDesign design = new MixDesign(Collections.nCopies(layers, kernels), new Random(7));
    List<int[]> mixes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      mixes.add(design.next());
    }
    return mixes;
  }

  private static double floatShare(int[] mix) {
    return (double) Arrays.stream(mix).filter(kernel -> kernel == 0).count() / mix.length;
  }

  private static int changes(int[] mix) {
    int changes = 0;
    for (int i = 1; i < mix.length; i++) {
      changes += mix[i] == mix[i - 1] ? 0 : 1;
    }
    return changes;
  }

  @Test
  void floatShareIsSpreadOverItsRange() {
    int[] tenths = new int[10];
    for (int[] mix : drawn(1000, 2, 4000)) {
      tenths[Math.min(9, (int) (10 * floatShare(mix)))]++;
    }

    // 400 expected in each, plus or minus 5 standard deviations and what blocks blur.
    for (int count : tenths) {
      assertTrue(count > 250 && count < 550, Arrays.toString(tenths));
    }
  }

  @Test
  void everySecondMixComesInBlocks() {
    double single = 0;
    double blocks = 0;
    List<int[]> mixes = drawn(200, 2, 400);
    for (int i = 0; i < mixes.size(); i += 2) {
      single += changes(mixes.get(i));
      blocks += changes(mixes.get(i + 1));
    }

    assertEquals(5, single / blocks, 1.5);
  }

  @Test
  void allKernelsAreDrawn() {
    boolean[] seen = new boolean[4];
    drawn(20, 4, 50).forEach(mix -> Arrays.stream(mix).forEach(kernel -> seen[kernel] = true));

    assertArrayEquals(new boolean[] {true, true, true, true}, seen);
  }

  @Test
  void aChoiceOfOneStays() {
    MixDesign design = new MixDesign(List.of(1, 2, 1), new Random(1));
    for (int i = 0; i < 50; i++) {
      int[] mix = design.next();
      assertEquals(0, mix[0] + mix[2]);
    }
    assertThrows(IllegalArgumentException.class, () -> new MixDesign(List.of(2, 0), new Random(1)));
  }
}
