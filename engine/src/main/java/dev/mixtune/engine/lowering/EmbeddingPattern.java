package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of which rows are picked first and become float afterwards: in memory it stays as small
 * as in the file, and opening the session does not unpack it. Rows have one scale each.
 *
 * <p>Narrow codes are packed so that the lowest bits of a row's bytes hold its first part, the next
 * bits its second part, and so on. Each byte picks its float codes from one table per part.
 */
final class EmbeddingPattern implements LayerPattern {

  @Override
  public boolean lowers(Layer layer, Scheme scheme) {
    return layer.kind() == OperatorKind.GATHER && (scheme.isStoredOnly() || scheme == Scheme.F16);
  }

  @Override
  public void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context) {
    String ids = context.floatView(node.getInput(1));
    String output = context.writtenName(node.getOutput(0));
    GraphBuilder builder = context.builder();
    StoredWeights stored = context.stored();
    if (scheme == Scheme.F16) {
      String table = stored.halfTable(layer.weightShape(), context.library().half(layer));
      String rows = rows(table, ids, layer.name(), builder);
      builder.add(cast(rows, output).build());
      return;
    }
    RoundedWeights rounded = context.library().perChannel(layer, scheme.weightBits());
    if (rounded.bits() < 8 && !rounded.isUniform()) {
      // Fitted for an output layer that shares the table: codebooks are looked up at load only.
      String table = stored.floats(layer.weightShape(), rounded);
      builder.add(
          GraphBuilder.node(output, "Gather", "", List.of(table, ids))
              .setName(layer.name())
              .build());
      return;
    }
    String codes =
        rounded.bits() == 8
            ? bytes(rounded, ids, layer, context)
            : parts(new PackedRows(rounded), ids, layer, context);
    String scales = stored.scales(rounded.scales(), List.of((long) rounded.scales().length, 1L));
    String scale = builder.node("Gather", List.of(scales, ids));
    builder.add(GraphBuilder.node(output, "Mul", "", List.of(codes, scale)).build());
  }

  private static String bytes(
      RoundedWeights rounded, String ids, Layer layer, LoweringContext context) {
    String table = context.stored().codes(layer.weightShape(), rounded);
    String codes = rows(table, ids, layer.name(), context.builder());
    String output = context.builder().freshName();
    context.builder().add(cast(codes, output).build());
    return output;
  }

  private static String parts(PackedRows packed, String ids, Layer layer, LoweringContext context) {
    GraphBuilder builder = context.builder();
    String rows = rows(context.stored().packedRows(packed), ids, layer.name(), builder);
    String index =
        builder.node("Cast", List.of(rows), GraphBuilder.attribute("to", Constants.INT32));
    List<String> parts = new ArrayList<>();
    for (int part = 0; part < packed.parts(); part++) {
      String table = context.stored().floatCodes(packed.bits(), part);
      parts.add(builder.node("Gather", List.of(table, index)));
    }
    String whole = builder.node("Concat", parts, GraphBuilder.attribute("axis", -1));
    if (packed.isPadded()) {
      whole =
          builder.node(
              "Slice",
              List.of(
                  whole, longs(0, builder), longs(packed.width(), builder), longs(-1, builder)));
    }
    return whole;
  }

  private static String longs(long value, GraphBuilder builder) {
    return builder.constant(Constants.ofLongs("", List.of(1L), value));
  }

  /** The Gather carries the layer's name. */
  private static String rows(String table, String ids, String name, GraphBuilder builder) {
    String output = builder.freshName();
    builder.add(GraphBuilder.node(output, "Gather", "", List.of(table, ids)).setName(name).build());
    return output;
  }

  private static NodeProto.Builder cast(String input, String output) {
    return GraphBuilder.node(
        output, "Cast", "", List.of(input), GraphBuilder.attribute("to", Constants.FLOAT));
  }
}
