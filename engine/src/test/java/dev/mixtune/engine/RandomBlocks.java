package dev.mixtune.engine;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static dev.mixtune.engine.TestGraphs.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.RandomGraphs.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Groups of operators as exporters write them, each in the form of its opset. */
final class RandomBlocks {
  private final Random random;
  private final TestGraphs graph;
  private final long opset;
  private int next;

  RandomBlocks(Random random, TestGraphs graph, long opset) {
    this.random = random;
    this.graph = graph;
    this.opset = opset;
  }

  private String name(String op) {
    return "block" + op + next++;
  }

  private String node(String op, List<String> inputs, AttributeProto... attributes) {
    return graph.node(op, name(op), inputs, attributes);
  }

  /** Also operators that nobody knows how to quantize. */
  Value unary(Value from) {
    List<String> known =
        new ArrayList<>(
            List.of("Tanh", "HardSigmoid", "Elu", "Selu", "Softplus", "Softsign", "Abs", "Neg"));
    if (opset >= 9) {
      known.add("Erf");
    }
    if (opset >= 14) {
      known.add("HardSwish");
    }
    if (opset >= 20) {
      known.add("Gelu");
    }
    String op = known.get(random.nextInt(known.size()));
    return new Value(node(op, List.of(from.name())), from.channels(), from.side());
  }

  /** x times sigmoid, hard sigmoid or the error function of x. */
  Value gated(Value from) {
    String x = from.name();
    String gate =
        switch (random.nextInt(opset >= 9 ? 3 : 2)) {
          case 0 -> node("Sigmoid", List.of(x));
          case 1 -> node("HardSigmoid", List.of(x), attribute("alpha", 1f / 6));
          default -> {
            String scaled = node("Div", List.of(x, graph.scalar(name("root"), 1.4142f)));
            String erf = node("Erf", List.of(scaled));
            String moved = node("Add", List.of(erf, graph.scalar(name("one"), 1)));
            yield node("Mul", List.of(moved, graph.scalar(name("half"), 0.5f)));
          }
        };
    return new Value(node("Mul", List.of(x, gate)), from.channels(), from.side());
  }

  Value squeezeAndExcite(Value from) {
    String pooled = node("GlobalAveragePool", List.of(from.name()));
    String squeezed = pointwise(pooled, from.channels(), 2);
    String excited = pointwise(node("Relu", List.of(squeezed)), 2, from.channels());
    String gate = node(random.nextBoolean() ? "HardSigmoid" : "Sigmoid", List.of(excited));
    return new Value(node("Mul", List.of(from.name(), gate)), from.channels(), from.side());
  }

  private String pointwise(String from, int in, int out) {
    String weight = graph.weight(name("w"), 0.6, out, in, 1, 1);
    return node("Conv", List.of(from, weight, graph.weight(name("b"), 0.3, out)));
  }

  /** The mean over one axis; opset 18 made the axes an input. */
  String mean(String from, int axis, boolean keeps) {
    AttributeProto keep = attribute("keepdims", keeps ? 1 : 0);
    return opset >= 18
        ? node("ReduceMean", List.of(from, graph.longs(name("axes"), axis)), keep)
        : node("ReduceMean", List.of(from), ints("axes", axis), keep);
  }

  /** LayerNormalization along the last axis as exporters decompose it. */
  Value normalized(Value from) {
    String mean = mean(from.name(), 3, true);
    String centred = node("Sub", List.of(from.name(), mean));
    String square = node("Pow", List.of(centred, graph.scalar(name("two"), 2)));
    String variance = mean(square, 3, true);
    String safe = node("Add", List.of(variance, graph.scalar(name("epsilon"), 0.1f)));
    String scaled = node("Div", List.of(centred, node("Sqrt", List.of(safe))));
    String gain = node("Mul", List.of(scaled, graph.weight(name("gain"), 1, from.side())));
    String moved = node("Add", List.of(gain, graph.weight(name("shift"), 0.3, from.side())));
    return new Value(moved, from.channels(), from.side());
  }

  /** Softmax of a product of two activations, times a third. */
  Value attention(Value from) {
    String query = product(from.name(), from.side());
    String key = product(from.name(), from.side());
    String value = product(from.name(), from.side());
    String turned = node("Transpose", List.of(key), ints("perm", 0, 1, 3, 2));
    String scores = node("MatMul", List.of(query, turned));
    String scaled = node("Mul", List.of(scores, graph.scalar(name("scale"), 0.3f)));
    String weights = node("Softmax", List.of(scaled), attribute("axis", 3));
    return new Value(node("MatMul", List.of(weights, value)), from.channels(), from.side());
  }

  private String product(String from, int width) {
    return node("MatMul", List.of(from, graph.weight(name("w"), 0.35, width, width)));
  }

  /** Twice the side, by whatever the opset has for it. */
  Value larger(Value from) {
    if (from.side() > 10) {
      return unary(from);
    }
    String mode = random.nextBoolean() ? "nearest" : "linear";
    Value doubled = new Value(name("Larger"), from.channels(), 2 * from.side());
    AttributeProto scales =
        AttributeProto.newBuilder()
            .setName("scales")
            .setType(AttributeProto.AttributeType.FLOATS)
            .addAllFloats(List.of(1f, 1f, 2f, 2f))
            .build();
    if (opset < 9) {
      graph.node("Upsample", doubled.name(), List.of(from.name()), text("mode", mode), scales);
      return doubled;
    }
    String factors = graph.floats(name("scales"), 1, 1, 2, 2);
    if (opset < 11) {
      String op = opset < 10 ? "Upsample" : "Resize";
      graph.node(op, doubled.name(), List.of(from.name(), factors), text("mode", mode));
    } else {
      // Opset 13 made the region optional.
      String region = opset < 13 ? graph.floats(name("region")) : "";
      List<String> inputs = List.of(from.name(), region, factors);
      graph.node("Resize", doubled.name(), inputs, text("mode", mode));
    }
    return doubled;
  }

  Value transposedConvolution(Value from) {
    if (from.side() > 10) {
      return gated(from);
    }
    int out = 2 + random.nextInt(4);
    String weight = graph.weight(name("w"), 0.4, from.channels(), out, 2, 2);
    String output =
        node(
            "ConvTranspose",
            List.of(from.name(), weight, graph.weight(name("b"), 0.2, out)),
            ints("strides", 2, 2));
    return new Value(output, out, 2 * from.side());
  }

  /** Products along the last axis: with one matrix, or with one per channel. */
  Value products(Value from) {
    int side = from.side();
    double deviation = Math.sqrt(1.0 / side);
    String weight =
        random.nextBoolean()
            ? graph.weight(name("w"), deviation, side, side)
            : graph.weight(name("w"), deviation, from.channels(), side, side);
    return new Value(node("MatMul", List.of(from.name(), weight)), from.channels(), side);
  }

  /** A convolution along one axis, between two Reshape. */
  Value alongOneAxis(Value from) {
    int channels = from.channels();
    int area = from.side() * from.side();
    String flat = reshaped(from.name(), -1, channels, area);
    int groups = random.nextBoolean() ? channels : 1;
    String weight = graph.weight(name("w"), 0.5, channels, channels / groups, 3);
    String conv =
        node("Conv", List.of(flat, weight), ints("pads", 2, 0), attribute("group", groups));
    return new Value(reshaped(conv, -1, channels, from.side(), from.side()), channels, from.side());
  }

  private String reshaped(String from, long... shape) {
    return node("Reshape", List.of(from, graph.longs(name("shape"), shape)));
  }

  Value normalizedByBatch(Value from) {
    int channels = from.channels();
    float[] ones = new float[channels];
    java.util.Arrays.fill(ones, 0.8f);
    List<String> inputs = new ArrayList<>(List.of(from.name()));
    for (String part : List.of("gain", "shift", "mean")) {
      inputs.add(graph.weight(name(part), 0.5, channels));
    }
    inputs.add(graph.floats(name("variance"), ones));
    String output = name("BatchNormalization");
    graph.add(
        NodeProto.newBuilder()
            .setOpType("BatchNormalization")
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .build());
    return new Value(output, channels, from.side());
  }
}
