package dev.mixtune.engine;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Small random networks over the operators that lowering knows and some that it does not: a body of
 * {@code [N, c, h, w]} values that are read once, several times or not at all, and a head of matrix
 * products.
 */
public final class RandomGraphs {
  private static final long[] OPSETS = {7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 20, 21, 22};
  private static final int SIDE = 8;

  private final Random random;
  private final TestGraphs graph;
  private final long opset;
  private final List<Value> values = new ArrayList<>();
  private final RandomBlocks blocks;
  private int next;

  /** A value of {@code [N, channels, side, side]}. */
  record Value(String name, int channels, int side) {}

  private RandomGraphs(long seed) {
    random = new Random(seed);
    opset = OPSETS[random.nextInt(OPSETS.length)];
    graph = new TestGraphs(opset, seed);
    blocks = new RandomBlocks(random, graph, opset);
  }

  public static TestGraphs of(long seed) {
    return new RandomGraphs(seed).build();
  }

  private TestGraphs build() {
    int batch = random.nextBoolean() ? -1 : 4;
    values.add(new Value(graph.input("x", batch, 3, SIDE, SIDE), 3, SIDE));
    int steps = 6 + random.nextInt(12);
    values.add(conv(values.get(0)));
    for (int i = 0; i < steps; i++) {
      values.add(step());
    }
    Value last = values.get(values.size() - 1);
    List<String> outputs = new ArrayList<>();
    String answer = head(last);
    outputs.add(random.nextInt(3) == 0 ? withEmbedding(answer, batch) : answer);
    if (random.nextInt(3) == 0) {
      outputs.add(values.get(1 + random.nextInt(values.size() - 1)).name());
    }
    return graph.outputs(outputs.stream().distinct().toArray(String[]::new));
  }

  private String name(String op) {
    return op.toLowerCase(Locale.ROOT) + next++;
  }

  /** Mostly the newest value, so that chains arise. */
  private Value any() {
    int back = random.nextInt(4) < 3 ? 1 : 1 + random.nextInt(values.size());
    return values.get(values.size() - back);
  }

  private Value step() {
    Value from = any();
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3 -> conv(from);
      case 4, 5 -> same("Relu", from);
      case 6 -> clip(from);
      case 7 -> binary("Add", from);
      case 8 -> random.nextBoolean() ? binary("Mul", from) : binary("Concat", from);
      case 9 -> binary("Concat", from);
      case 10 -> pool(from);
      case 11 -> same(random.nextBoolean() ? "Sigmoid" : "LeakyRelu", from);
      case 12 -> transposed(from);
      case 14 -> blocks.unary(from);
      case 15 -> blocks.gated(from);
      case 16 -> blocks.squeezeAndExcite(from);
      case 17 -> blocks.normalized(from);
      case 18 -> blocks.attention(from);
      case 19 -> blocks.larger(from);
      case 20 -> blocks.transposedConvolution(from);
      case 21 -> blocks.products(from);
      case 22 -> blocks.alongOneAxis(from);
      case 23 -> blocks.normalizedByBatch(from);
      default -> padOrSlice(from);
    };
  }

  private Value conv(Value from) {
    String output = name("Conv");
    int in = from.channels();
    int kind = random.nextInt(4);
    int kernel = kind == 1 ? 1 : 3;
    int groups = kind == 2 ? in : 1;
    int out = kind == 2 ? in : 2 + random.nextInt(6);
    int stride = random.nextInt(5) == 0 && from.side() >= 4 ? 2 : 1;
    double deviation = Math.sqrt(2.0 / (kernel * kernel * in / groups));
    List<String> inputs = new ArrayList<>(List.of(from.name()));
    inputs.add(graph.weight(output + ".w", deviation, out, in / groups, kernel, kernel));
    if (random.nextInt(4) > 0) {
      inputs.add(graph.weight(output + ".b", 0.3, out));
    }
    int pad = kernel / 2;
    graph.node(
        "Conv",
        output,
        inputs,
        ints("pads", pad, pad, pad, pad),
        ints("strides", stride, stride),
        attribute("group", groups));
    return new Value(output, out, (from.side() + stride - 1) / stride);
  }

  private Value same(String op, Value from) {
    return new Value(graph.node(op, name(op), List.of(from.name())), from.channels(), from.side());
  }

  private Value clip(Value from) {
    String output = name("Clip");
    float low = new float[] {0, 0, -1, -0.3f}[random.nextInt(4)];
    float high = new float[] {6, 1, 0.7f}[random.nextInt(3)];
    if (opset < 11) {
      graph.node(
          "Clip", output, List.of(from.name()), attribute("min", low), attribute("max", high));
      return new Value(output, from.channels(), from.side());
    }
    String lowName = graph.scalar(output + ".low", low);
    String highName = graph.scalar(output + ".high", high);
    graph.node("Clip", output, List.of(from.name(), lowName, highName));
    return new Value(output, from.channels(), from.side());
  }

  /** With a partner of the same shape, made by a convolution when there is none. */
  private Value binary(String op, Value from) {
    List<Value> partners =
        values.stream()
            .filter(v -> v.side() == from.side())
            .filter(v -> op.equals("Concat") || v.channels() == from.channels())
            .toList();
    Value partner = partners.isEmpty() ? from : partners.get(random.nextInt(partners.size()));
    String output = name(op);
    boolean concat = op.equals("Concat");
    AttributeProto[] attributes =
        concat ? new AttributeProto[] {attribute("axis", 1)} : new AttributeProto[0];
    graph.node(op, output, List.of(from.name(), partner.name()), attributes);
    return new Value(
        output, concat ? from.channels() + partner.channels() : from.channels(), from.side());
  }

  private Value pool(Value from) {
    String op = random.nextInt(3) == 0 ? "AveragePool" : "MaxPool";
    String output = name(op);
    graph.node(
        op, output, List.of(from.name()), ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1));
    return new Value(output, from.channels(), from.side());
  }

  private Value transposed(Value from) {
    String output = name("Transpose");
    graph.node("Transpose", output, List.of(from.name()), ints("perm", 0, 1, 3, 2));
    return new Value(output, from.channels(), from.side());
  }

  private Value padOrSlice(Value from) {
    if (random.nextBoolean()) {
      String output = name("Pad");
      if (opset < 11) {
        graph.node(
            "Pad",
            output,
            List.of(from.name()),
            ints("pads", 0, 0, 1, 1, 0, 0, 1, 1),
            attribute("value", (float) random.nextInt(3) - 1));
        return new Value(output, from.channels(), from.side() + 2);
      }
      String pads = graph.longs(output + ".pads", 0, 0, 1, 1, 0, 0, 1, 1);
      List<String> inputs = new ArrayList<>(List.of(from.name(), pads));
      if (random.nextBoolean()) {
        inputs.add(graph.scalar(output + ".value", random.nextInt(3) - 1));
      }
      graph.node("Pad", output, inputs);
      return new Value(output, from.channels(), from.side() + 2);
    }
    String output = name("Slice");
    int kept = Math.max(1, from.channels() / 2);
    if (opset < 10) {
      graph.node(
          "Slice",
          output,
          List.of(from.name()),
          ints("starts", 0),
          ints("ends", kept),
          ints("axes", 1));
      return new Value(output, kept, from.side());
    }
    graph.node(
        "Slice",
        output,
        List.of(
            from.name(),
            graph.longs(output + ".from", 0),
            graph.longs(output + ".to", kept),
            graph.longs(output + ".axes", 1)));
    return new Value(output, kept, from.side());
  }

  private String head(Value from) {
    String value = graph.node("GlobalAveragePool", name("Pool"), List.of(from.name()));
    value = graph.node("Flatten", name("Flatten"), List.of(value));
    int width = from.channels();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int out = 3 + random.nextInt(20);
      value = random.nextBoolean() ? gemm(value, width, out) : matmul(value, width, out);
      width = out;
      if (i > 0 && random.nextInt(3) > 0) {
        value = graph.node("Relu", name("Relu"), List.of(value));
      }
    }
    return value;
  }

  /** Adds the mean of some rows of a table, times a matrix. */
  private String withEmbedding(String answer, int batch) {
    int width = 8 + random.nextInt(9);
    String ids = graph.typedInput("ids", TestGraphs.INT64, batch, 5);
    String table = graph.weight("table", 0.5, 150, width);
    String rows = graph.node("Gather", name("Gather"), List.of(table, ids));
    String mean = blocks.mean(rows, 1, false);
    String product = matmul(mean, width, 1);
    return graph.node("Add", name("Add"), List.of(answer, product));
  }

  private String gemm(String from, int in, int out) {
    String output = name("Gemm");
    boolean transposed = random.nextBoolean();
    String weight =
        transposed
            ? graph.weight(output + ".w", Math.sqrt(2.0 / in), out, in)
            : graph.weight(output + ".w", Math.sqrt(2.0 / in), in, out);
    List<String> inputs = new ArrayList<>(List.of(from, weight));
    if (random.nextBoolean()) {
      inputs.add(graph.weight(output + ".b", 0.3, out));
    }
    if (inputs.size() == 2 && opset < 11) {
      inputs.add(graph.weight(output + ".b", 0.3, out));
    }
    float alpha = random.nextInt(4) == 0 ? 0.7f : 1;
    float beta = random.nextInt(4) == 0 ? 0.4f : 1;
    return graph.node(
        "Gemm",
        output,
        inputs,
        attribute("transB", transposed ? 1 : 0),
        attribute("alpha", alpha),
        attribute("beta", beta));
  }

  private String matmul(String from, int in, int out) {
    String output = name("MatMul");
    String weight = graph.weight(output + ".w", Math.sqrt(2.0 / in), in, out);
    graph.node("MatMul", output, List.of(from, weight));
    if (random.nextBoolean()) {
      return output;
    }
    String sum = name("Add");
    return graph.node("Add", sum, List.of(output, graph.weight(sum + ".b", 0.3, out)));
  }
}
