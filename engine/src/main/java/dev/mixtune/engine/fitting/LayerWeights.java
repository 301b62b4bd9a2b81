package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.graph.AddedBias;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import org.jspecify.annotations.Nullable;

/**
 * A layer's float weights and bias.
 *
 * @param values as stored in the model
 * @param layout where the output channels lie
 * @param bias one per output channel; null when the layer has none
 */
@SuppressWarnings("ArrayRecordComponent") // read from the model once, never changed
record LayerWeights(float[] values, ChannelLayout layout, float @Nullable [] bias) {

  /** Reads a layer's weights. */
  static LayerWeights of(Network network, NodeProto node, Layer layer) {
    Graph graph = network.graph();
    boolean transposed = Graph.intAttribute(node, "transB", 0) == 1;
    ChannelLayout layout = ChannelLayout.of(layer, transposed);
    float[] values = Constants.floats(graph.constant(node.getInput(1)).orElseThrow());
    return new LayerWeights(values, layout, bias(graph, node, layout.channels()));
  }

  private static float @Nullable [] bias(Graph graph, NodeProto node, int channels) {
    String name =
        node.getInputCount() > 2
            ? node.getInput(2)
            : AddedBias.of(graph, node).map(AddedBias::constant).orElse("");
    if (name.isEmpty()) {
      return null;
    }
    float[] stored = Constants.floats(graph.constant(name).orElseThrow());
    float[] bias = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      bias[channel] = stored.length == 1 ? stored[0] : stored[channel];
    }
    return bias;
  }

  /** The weights of one channel, in the order of the layer's input rows. */
  double[] channel(int channel) {
    return channel(values, channel);
  }

  /** The same channel of another tensor of this layout. */
  double[] channel(float[] tensor, int channel) {
    double[] weights = new double[layout.perChannel()];
    for (int k = 0; k < weights.length; k++) {
      weights[k] = tensor[layout.position(channel, k)];
    }
    return weights;
  }
}
