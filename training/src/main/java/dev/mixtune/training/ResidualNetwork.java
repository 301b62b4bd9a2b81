package dev.mixtune.training;

import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import dev.mixtune.training.Architecture.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual network of an {@link Architecture} as a trainable block whose parts keep their names
 * for export.
 */
final class ResidualNetwork {
  private final Architecture architecture;
  private final ConvolutionUnit stem;
  private final List<ResidualUnit> units;
  private final Linear classifier;
  private final Block block;

  ResidualNetwork(Architecture architecture) {
    this.architecture = architecture;
    int channels = architecture.stages().get(0).channels();
    this.stem = new ConvolutionUnit("stem.conv", 1, channels, 3, 1);
    List<ResidualUnit> built = new ArrayList<>();
    for (int s = 0; s < architecture.stages().size(); s++) {
      Stage stage = architecture.stages().get(s);
      for (int b = 0; b < stage.blocks(); b++) {
        int stride = s > 0 && b == 0 ? 2 : 1;
        built.add(
            ResidualUnit.create(
                "stage%d.block%d".formatted(s + 1, b + 1), channels, stage.channels(), stride));
        channels = stage.channels();
      }
    }
    this.units = List.copyOf(built);
    this.classifier = Linear.builder().setUnits(architecture.classes()).build();
    SequentialBlock sequence = new SequentialBlock().add(stem.block()).add(Activation.reluBlock());
    units.forEach(unit -> sequence.add(unit.block()));
    this.block = sequence.add(Pool.globalAvgPool2dBlock()).add(classifier);
  }

  Architecture architecture() {
    return architecture;
  }

  /** The trainable block: images [N, 1, size, size] to logits [N, classes]. */
  Block block() {
    return block;
  }

  ConvolutionUnit stem() {
    return stem;
  }

  List<ResidualUnit> units() {
    return units;
  }

  /** Channels that reach the classifier. */
  int features() {
    return units.get(units.size() - 1).second().outputChannels();
  }

  /** The classifier's weight, [classes, features], row-major. */
  float[] classifierWeight() {
    return Parameters.values(classifier, "weight");
  }

  /** The classifier's bias, [classes]. */
  float[] classifierBias() {
    return Parameters.values(classifier, "bias");
  }

  /** Number of convolutions and matrix products. */
  int layers() {
    return 2 + (int) units.stream().flatMap(ResidualUnit::convolutions).count();
  }

  /** Multiply-accumulates per image. */
  long macs() {
    int size = architecture.size();
    long macs = stem.macs(size);
    for (ResidualUnit unit : units) {
      macs += unit.macs(size);
      size = unit.outputSize(size);
    }
    return macs + (long) features() * architecture.classes();
  }
}
