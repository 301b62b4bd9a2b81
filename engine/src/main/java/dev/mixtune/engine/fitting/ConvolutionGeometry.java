package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.graph.Graph;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which input pixels an output pixel of a convolution sees. A convolution along one axis has one
 * row.
 *
 * @param groups groups of channels
 * @param channels input channels per group
 * @param rows along the height
 * @param columns along the width
 */
record ConvolutionGeometry(int groups, int channels, Axis rows, Axis columns) {

  /**
   * One spatial axis.
   *
   * @param kernel taps
   * @param stride between output positions
   * @param dilation between taps
   * @param padding zeros in front of the input
   * @param output output length at the calibrated input size
   */
  record Axis(int kernel, int stride, int dilation, int padding, int output) {

    /** Input coordinate of a tap, possibly in the padding. */
    int input(int position, int tap) {
      return position * stride + tap * dilation - padding;
    }
  }

  /** The geometry of a convolution layer. */
  static ConvolutionGeometry of(Layer layer, NodeProto node) {
    boolean oneAxis = layer.weightShape().size() == 3;
    return new ConvolutionGeometry(
        Math.toIntExact(Graph.intAttribute(node, "group", 1)),
        Math.toIntExact(layer.weightShape().get(1)),
        oneAxis ? new Axis(1, 1, 1, 0, 1) : axis(layer, node, 0),
        axis(layer, node, oneAxis ? 0 : 1));
  }

  private static Axis axis(Layer layer, NodeProto node, int index) {
    int kernel = Math.toIntExact(layer.weightShape().get(2 + index));
    int stride = attribute(node, "strides", index, 1);
    int dilation = attribute(node, "dilations", index, 1);
    int input = Math.toIntExact(layer.inputShape().get(2 + index));
    int output = Math.toIntExact(layer.outputShape().get(2 + index));
    String automatic = automaticPadding(node);
    int padding = automatic.equals("VALID") ? 0 : attribute(node, "pads", index, 0);
    if (automatic.startsWith("SAME")) {
      int total = Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input);
      padding = automatic.equals("SAME_LOWER") ? total - total / 2 : total / 2;
    }
    return new Axis(kernel, stride, dilation, padding, output);
  }

  private static int attribute(NodeProto node, String name, int index, int absent) {
    List<Long> values =
        node.getAttributeList().stream()
            .filter(attribute -> attribute.getName().equals(name))
            .findFirst()
            .map(AttributeProto::getIntsList)
            .orElse(List.of());
    return values.isEmpty() ? absent : Math.toIntExact(values.get(index));
  }

  private static String automaticPadding(NodeProto node) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("auto_pad"))
        .findFirst()
        .map(attribute -> attribute.getS().toString(StandardCharsets.US_ASCII))
        .orElse("NOTSET");
  }
}
