package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which output positions of one batch are read for one layer. The draw depends on the seed, the
 * layer and the sample only, not on how samples are put into batches.
 *
 * @param layer the layer
 * @param patches reads its rows
 * @param wanted the layer's input in the float network
 * @param blocks rows, in blocks of limited size
 */
record RowDraw(Layer layer, PatchReader patches, Tensor.Floats wanted, List<Block> blocks) {
  /** Floats in one block: a few megabytes, so that blocks stay in the caches' reach. */
  private static final int BLOCK_FLOATS = 1 << 21;

  /**
   * Rows that are read together.
   *
   * @param samples sample of each row, within the batch
   * @param positions output position of each row
   * @param heldBack whether the rows are kept from rounding
   */
  @SuppressWarnings("ArrayRecordComponent") // scratch of one batch
  record Block(int[] samples, int[] positions, boolean heldBack) {}

  /**
   * Draws rows of a batch.
   *
   * @param first index of the batch's first sample among all calibration samples
   * @param total calibration samples in all
   */
  static RowDraw of(
      Layer layer,
      NodeProto node,
      Tensor.Floats wanted,
      int first,
      int total,
      FittingSettings settings) {
    PatchReader patches = PatchReader.of(layer, node);
    int positions = patches.positions(wanted.shape());
    int perSample = (rows(patches, settings) + total - 1) / total;
    List<int[]> fitted = new ArrayList<>();
    List<int[]> heldBack = new ArrayList<>();
    for (int sample = 0; sample < patches.samples(wanted.shape()); sample++) {
      int index = first + sample;
      boolean held = index % settings.heldBackEvery() == settings.heldBackEvery() - 1;
      SplittableRandom random =
          new SplittableRandom(settings.seed() * 1_000_003L + index * 8191L + layer.index());
      for (int position : PatchReader.draw(positions, perSample, random)) {
        (held ? heldBack : fitted).add(new int[] {sample, position});
      }
    }
    List<Block> blocks = new ArrayList<>();
    int most = Math.max(1, BLOCK_FLOATS / (patches.groups() * patches.size()));
    split(fitted, most, false, blocks);
    split(heldBack, most, true, blocks);
    return new RowDraw(layer, patches, wanted, blocks);
  }

  private static int rows(PatchReader patches, FittingSettings settings) {
    if (patches.groups() > 1) {
      return settings.leastRows();
    }
    long wanted = (long) settings.rowsPerWeight() * patches.size();
    return (int) Math.max(settings.leastRows(), Math.min(settings.mostRows(), wanted));
  }

  private static void split(List<int[]> rows, int most, boolean heldBack, List<Block> blocks) {
    for (int from = 0; from < rows.size(); from += most) {
      List<int[]> part = rows.subList(from, Math.min(rows.size(), from + most));
      blocks.add(
          new Block(
              part.stream().mapToInt(row -> row[0]).toArray(),
              part.stream().mapToInt(row -> row[1]).toArray(),
              heldBack));
    }
  }

  /** The rows of a block as the float network sees them. */
  CrossProducts.Rows read(Block block) {
    return read(block, wanted);
  }

  /** The rows of a block of another tensor of the same shape. */
  CrossProducts.Rows read(Block block, Tensor.Floats input) {
    int rows = block.samples.length;
    float[] values = new float[patches.groups() * patches.size() * rows];
    CrossProducts.Rows into =
        new CrossProducts.Rows(patches.groups(), patches.size(), rows, values);
    for (int row = 0; row < rows; row++) {
      patches.read(input, block.samples[row], block.positions[row], into, row);
    }
    return into;
  }
}
