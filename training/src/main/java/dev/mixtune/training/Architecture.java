package dev.mixtune.training;

import java.util.List;

/**
 * The shape of a residual network after He et al. (arXiv:1512.03385, section 4.2): a 3 x 3 stem,
 * stages of basic blocks, global average pooling and a linear classifier. It departs from the paper
 * in the shortcuts that change shape: they are 1 x 1 convolutions.
 *
 * @param size height and width of the square, one-channel input
 * @param stages the stages in order; the first keeps the input's resolution and each later one
 *     halves it
 * @param classes number of logits
 */
record Architecture(int size, List<Stage> stages, int classes) {

  /**
   * Residual blocks of one resolution.
   *
   * @param channels output channels of each convolution
   * @param blocks number of basic blocks, each of two 3 x 3 convolutions
   */
  record Stage(int channels, int blocks) {
    Stage {
      if (channels < 1 || blocks < 1) {
        throw new IllegalArgumentException(
            "a stage needs channels and blocks, not %d and %d".formatted(channels, blocks));
      }
    }
  }

  Architecture {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a residual network needs at least one stage");
    }
  }
}
