package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rounds weights to nearest as they pass by: once for the largest of each channel, once for the
 * errors. Memory grows with the channels, not with the weights.
 */
final class WeightScan {
  private static final List<Integer> WIDTHS = List.of(8, 4, 2);

  private final LargeConstants constants;
  private final Graph graph;

  WeightScan(LargeConstants constants, Graph graph) {
    this.constants = constants;
    this.graph = graph;
  }

  WeightFacts scan(Layer layer, NodeProto node) {
    TensorProto weights = graph.constant(node.getInput(layer.kind().weightInput())).orElseThrow();
    ChannelLayout layout = ChannelLayout.of(layer, Graph.intAttribute(node, "transB", 0) == 1);
    float[] largest = new float[layout.channels()];
    constants.values(
        weights,
        (index, value) -> {
          int channel = channel(layout, index);
          largest[channel] = Math.max(largest[channel], Math.abs(value));
        });
    double[] squares = new double[WIDTHS.size() + 1];
    constants.values(
        weights,
        (index, value) -> {
          float most = largest[channel(layout, index)];
          squares[WIDTHS.size()] += (double) value * value;
          for (int i = 0; i < WIDTHS.size() && most > 0; i++) {
            double scale = (double) most / ((1 << (WIDTHS.get(i) - 1)) - 1);
            double difference = value - Math.rint(value / scale) * scale;
            squares[i] += difference * difference;
          }
        });
    Map<Integer, Long> bytes = new TreeMap<>();
    Map<Integer, Double> errors = new TreeMap<>();
    bytes.put(16, layer.parameters() * Short.BYTES);
    for (int i = 0; i < WIDTHS.size(); i++) {
      int bits = WIDTHS.get(i);
      long scales = (long) layout.channels() * Float.BYTES;
      bytes.put(bits, (layer.parameters() * bits + 7) / 8 + scales);
      double signal = squares[WIDTHS.size()];
      errors.put(bits, signal == 0 ? 0 : Math.sqrt(squares[i] / signal));
    }
    return new WeightFacts(layer, layer.parameters() * constants.bytesEach(weights), bytes, errors);
  }

  private static int channel(ChannelLayout layout, long index) {
    return (int) (index / layout.inner() % layout.channels());
  }
}
