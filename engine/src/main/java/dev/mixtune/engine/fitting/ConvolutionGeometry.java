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
   * @param padding of the input
   */
  record Axis(int kernel, int stride, int dilation, Padding padding) {

    /** Output positions of an input of this length, as the operator Conv defines them. */
    int output(int length) {
      if (padding.automatic != Automatic.NONE) {
        return (length + stride - 1) / stride;
      }
      int free = length + padding.begin + padding.end - reach();
      return free < 0 ? 0 : free / stride + 1;
    }

    /** Zeros in front of an input of this length. */
    int begin(int length) {
      int total = Math.max(0, (output(length) - 1) * stride + reach() - length);
      return switch (padding.automatic) {
        case NONE -> padding.begin;
        case SAME_UPPER -> total / 2;
        case SAME_LOWER -> total - total / 2;
      };
    }

    /** Input coordinate of a tap, possibly in the padding, behind that many zeros. */
    int input(int position, int tap, int begin) {
      return position * stride + tap * dilation - begin;
    }

    private int reach() {
      return dilation * (kernel - 1) + 1;
    }
  }

  /**
   * Zeros around an input.
   *
   * @param begin in front, unless automatic
   * @param end behind, unless automatic
   * @param automatic whether they follow from the input's length
   */
  record Padding(int begin, int end, Automatic automatic) {}

  /** Where the odd zero of an automatic padding goes; the attribute auto_pad. */
  enum Automatic {
    NONE,
    SAME_UPPER,
    SAME_LOWER
  }

  /** The geometry of a convolution layer. */
  static ConvolutionGeometry of(Layer layer, NodeProto node) {
    boolean oneAxis = layer.weightShape().size() == 3;
    return new ConvolutionGeometry(
        Math.toIntExact(Graph.intAttribute(node, "group", 1)),
        Math.toIntExact(layer.weightShape().get(1)),
        oneAxis ? new Axis(1, 1, 1, new Padding(0, 0, Automatic.NONE)) : axis(layer, node, 0),
        axis(layer, node, oneAxis ? 0 : 1));
  }

  private static Axis axis(Layer layer, NodeProto node, int index) {
    int kernel = Math.toIntExact(layer.weightShape().get(2 + index));
    int stride = attribute(node, "strides", index, 1);
    int dilation = attribute(node, "dilations", index, 1);
    int axes = layer.weightShape().size() - 2;
    Padding padding =
        switch (automaticPadding(node)) {
          case "SAME_UPPER" -> new Padding(0, 0, Automatic.SAME_UPPER);
          case "SAME_LOWER" -> new Padding(0, 0, Automatic.SAME_LOWER);
          case "VALID" -> new Padding(0, 0, Automatic.NONE);
          default ->
              new Padding(
                  attribute(node, "pads", index, 0),
                  attribute(node, "pads", axes + index, 0),
                  Automatic.NONE);
        };
    return new Axis(kernel, stride, dilation, padding);
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
