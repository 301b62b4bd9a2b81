package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import java.util.Map;

/**
 * Sums of outer products, {@code sum x y^T}, computed by the runtime's own matrix kernels: they are
 * an order of magnitude faster than loops in Java. Not thread-safe.
 *
 * <p>Products of one call are summed in float, calls in double.
 */
final class CrossProducts implements AutoCloseable {
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;

  private final Session session;

  CrossProducts(ModelRuntime runtime) {
    this.session = runtime.open(model(), 1);
  }

  /**
   * Adds the products of one block of rows.
   *
   * @param left {@code [groups, size, rows]}
   * @param right {@code [groups, size, rows]}
   * @param sums {@code [groups, size, size]}, first axis of {@code left} outermost
   */
  void add(Rows left, Rows right, double[] sums) {
    Map<String, Tensor> inputs = Map.of("x", left.tensor(), "y", right.tensor());
    float[] products = ((Tensor.Floats) session.run(inputs).get(0)).values();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += products[i];
    }
  }

  @Override
  public void close() {
    session.close();
  }

  private static byte[] model() {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("cross-products");
    graph.addInput(port("x")).addInput(port("y")).addOutput(port("z"));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Transpose")
            .addInput("y")
            .addOutput("t")
            .addAttribute(
                ai.onnx.proto.OnnxMl.AttributeProto.newBuilder()
                    .setName("perm")
                    .setType(ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.INTS)
                    .addAllInts(List.of(0L, 2L, 1L))));
    graph.addNode(
        NodeProto.newBuilder().setOpType("MatMul").addInput("x").addInput("t").addOutput("z"));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static ValueInfoProto port(String name) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String axis : List.of("groups", name + "-size", name + "-rows")) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(axis));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT).setShape(shape)))
        .build();
  }

  /**
   * A block of layer inputs, one column per row of the regression.
   *
   * @param values {@code [groups, size, rows]}
   */
  @SuppressWarnings("ArrayRecordComponent") // scratch of one batch
  record Rows(int groups, int size, int rows, float[] values) {

    Rows {
      if (values.length != groups * size * rows) {
        throw new IllegalArgumentException(
            values.length + " values for " + groups + " x " + size + " x " + rows);
      }
    }

    Tensor tensor() {
      return new Tensor.Floats(values, new long[] {groups, size, rows});
    }
  }
}
