package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The runtime's own answers are the oracle: a row times the weights is an output element. */
class PatchReaderTest {

  @Test
  void convolutionWithUnevenStridesDilationsAndPads() throws IOException {
    checkConvolution(
        new long[] {5, 3, 3, 2},
        SmallNetworks.ints("strides", 2L, 1L),
        SmallNetworks.ints("dilations", 1L, 2L),
        SmallNetworks.ints("pads", 1L, 2L, 0L, 1L));
  }

  @Test
  void groupedConvolution() throws IOException {
    checkConvolution(
        new long[] {6, 1, 3, 3},
        SmallNetworks.one("group", 3),
        SmallNetworks.ints("pads", 1L, 1L, 1L, 1L));
  }

  @Test
  void automaticPadding() throws IOException {
    checkConvolution(
        new long[] {4, 3, 4, 3},
        SmallNetworks.text("auto_pad", "SAME_UPPER"),
        SmallNetworks.ints("strides", 2L, 3L));
    checkConvolution(
        new long[] {4, 3, 4, 3},
        SmallNetworks.text("auto_pad", "SAME_LOWER"),
        SmallNetworks.ints("strides", 2L, 3L));
  }

  @Test
  void convolutionsAlongOneAxis() throws IOException {
    check(
        new SmallNetworks(3, 3, 17)
            .conv(
                new long[] {5, 3, 4},
                SmallNetworks.ints("strides", 2L),
                SmallNetworks.ints("dilations", 3L),
                SmallNetworks.ints("pads", 1L, 2L))
            .read(),
        2,
        3,
        17);
    check(
        new SmallNetworks(3, 6, 17)
            .conv(
                new long[] {6, 2, 3},
                SmallNetworks.one("group", 3),
                SmallNetworks.text("auto_pad", "SAME_LOWER"))
            .read(),
        2,
        6,
        17);
  }

  @Test
  void convolutionsOfInputsLongerThanTheLayersShape() throws IOException {
    check(
        new SmallNetworks(3, 3, -1)
            .conv(
                new long[] {5, 3, 3},
                SmallNetworks.ints("strides", 2L),
                SmallNetworks.ints("pads", 2L, 1L))
            .read(),
        2,
        3,
        17);
    for (String automatic : new String[] {"SAME_UPPER", "SAME_LOWER"}) {
      check(
          new SmallNetworks(3, 3, -1, 6)
              .conv(
                  new long[] {5, 3, 4, 2},
                  SmallNetworks.ints("strides", 3L, 1L),
                  SmallNetworks.text("auto_pad", automatic))
              .read(),
          2,
          3,
          17,
          6);
    }
  }

  @Test
  void validPaddingIsNone() throws IOException {
    checkConvolution(new long[] {4, 3, 4, 3}, SmallNetworks.text("auto_pad", "VALID"));
  }

  @Test
  void matrixProductsOfAnyRank() throws IOException {
    check(new SmallNetworks(1, 6).gemm(6, 4).read(), 3, 6);
    check(new SmallNetworks(2, 5, 6).matMul(6, 4).read(), 3, 5, 6);
  }

  private static void checkConvolution(long[] weight, AttributeProto... attributes)
      throws IOException {
    check(new SmallNetworks(3, 3, 9, 8).conv(weight, attributes).read(), 2, 3, 9, 8);
  }

  private static void check(Network network, long... shape) {
    Random random = new Random(9);
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor.Floats input = new Tensor.Floats(values, shape);
    Tensor.Floats answer;
    try (Session session = TestKit.runtime().open(network.originalModel(), 1)) {
      answer = (Tensor.Floats) session.run(Map.of("x", input)).get(0);
    }
    Layer layer = network.layers().get(0);
    NodeProto node = network.graph().nodes().get(0);
    LayerWeights weights = LayerWeights.of(network, node, layer);
    PatchReader reader = PatchReader.of(layer, node);
    int positions = reader.positions(shape);
    int samples = reader.samples(shape);
    int channels = weights.layout().channels();
    assertThat(samples * positions * channels).isEqualTo(answer.values().length);

    boolean channelsLast = !node.getOpType().equals("Conv");
    for (int row = 0; row < samples * positions; row++) {
      CrossProducts.Rows rows =
          new CrossProducts.Rows(
              reader.groups(), reader.size(), 2, new float[2 * reader.groups() * reader.size()]);
      int sample = row / positions;
      int position = row % positions;
      reader.read(input, sample, position, rows, 1);
      for (int channel = 0; channel < channels; channel++) {
        double[] weight = weights.channel(channel);
        double sum = weights.bias() == null ? 0 : weights.bias()[channel];
        int group = channel / (channels / reader.groups());
        for (int k = 0; k < weight.length; k++) {
          sum += weight[k] * rows.values()[(group * reader.size() + k) * 2 + 1];
        }
        int at =
            channelsLast
                ? row * channels + channel
                : (sample * channels + channel) * positions + position;
        assertThat(sum).isCloseTo(answer.values()[at], within(1e-4));
      }
    }
  }

  @Test
  void crossProductsAreSumsOfOuterProducts() {
    Random random = new Random(5);
    CrossProducts.Rows left = rows(random);
    CrossProducts.Rows right = rows(random);
    double[] sums = new double[2 * 3 * 3];
    try (CrossProducts products = new CrossProducts(TestKit.runtime())) {
      products.add(left, right, sums);
      products.add(left, right, sums);
    }

    for (int group = 0; group < 2; group++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          double sum = 0;
          for (int row = 0; row < 5; row++) {
            sum +=
                (double) left.values()[(group * 3 + i) * 5 + row]
                    * right.values()[(group * 3 + j) * 5 + row];
          }
          assertThat(sums[(group * 3 + i) * 3 + j]).isCloseTo(2 * sum, within(1e-5));
        }
      }
    }
  }

  private static CrossProducts.Rows rows(Random random) {
    float[] values = new float[2 * 3 * 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new CrossProducts.Rows(2, 3, 5, values);
  }

  @Test
  void rowsThatAreNotFiniteAreLeftOutOfBothBlocks() {
    float[] left = {1, Float.NaN, 3, 4, 5, 6};
    float[] right = {1, 2, 3, 4, 5, Float.POSITIVE_INFINITY};

    int good =
        FiniteRows.keep(
            new CrossProducts.Rows(1, 2, 3, left), new CrossProducts.Rows(1, 2, 3, right));

    assertThat(good).isEqualTo(1);
    assertThat(left).containsExactly(1, 0, 0, 4, 0, 0);
    assertThat(right).containsExactly(1, 0, 0, 4, 0, 0);
  }
}
