package dev.mixtune.engine.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.mixtune.engine.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One open ONNX Runtime session. */
final class OrtModelSession implements Session {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final DirectBuffers buffers;
  private final FedTensors constants;
  private final List<Port> inputs;
  private final List<Port> outputs;
  private final Map<String, OnnxJavaType> types = new HashMap<>();

  /**
   * @param buffers inputs are fed from; shared with other sessions
   * @param constants fed in each run; closed with the session
   */
  OrtModelSession(
      OrtEnvironment environment, OrtSession session, DirectBuffers buffers, FedTensors constants)
      throws OrtException {
    this.environment = environment;
    this.session = session;
    this.buffers = buffers;
    this.constants = constants;
    this.inputs =
        ports(session.getInputInfo()).stream().filter(port -> !constants.has(port.name())).toList();
    this.outputs = ports(session.getOutputInfo());
    for (NodeInfo info : session.getInputInfo().values()) {
      if (info.getInfo() instanceof TensorInfo tensor) {
        types.put(info.getName(), tensor.type);
      }
    }
  }

  @Override
  public List<Port> inputs() {
    return inputs;
  }

  @Override
  public List<Port> outputs() {
    return outputs;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> tensors) {
    try (BoundInputs bound = new BoundInputs(tensors);
        OrtSession.Result result = session.run(constants.with(bound.values))) {
      List<Tensor> answers = new ArrayList<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        answers.add(read(output.getKey(), output.getValue()));
      }
      return answers;
    } catch (OrtException e) {
      throw OrtRuntime.failure(e);
    }
  }

  @Override
  public Prepared prepare(Map<String, Tensor> tensors) {
    try {
      return new BoundInputs(tensors);
    } catch (OrtException e) {
      throw OrtRuntime.failure(e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtRuntime.failure(e);
    } finally {
      constants.close();
    }
  }

  private static List<Port> ports(Map<String, NodeInfo> infos) {
    List<Port> ports = new ArrayList<>();
    for (NodeInfo info : infos.values()) {
      if (info.getInfo() instanceof TensorInfo tensor) {
        ports.add(
            new Port(
                info.getName(),
                tensor.type.toString(),
                Arrays.stream(tensor.getShape()).boxed().toList(),
                List.of(tensor.getDimensionNames())));
      } else {
        ports.add(new Port(info.getName(), "not a tensor", List.of()));
      }
    }
    return List.copyOf(ports);
  }

  private static Tensor read(String name, OnnxValue value) {
    if (value instanceof OnnxTensor tensor) {
      long[] shape = tensor.getInfo().getShape();
      switch (tensor.getInfo().type) {
        case FLOAT, FLOAT16 -> {
          FloatBuffer buffer = tensor.getFloatBuffer();
          float[] values = new float[buffer.remaining()];
          buffer.get(values);
          return new Tensor.Floats(values, shape);
        }
        case INT64 -> {
          LongBuffer buffer = tensor.getLongBuffer();
          long[] values = new long[buffer.remaining()];
          buffer.get(values);
          return new Tensor.Longs(values, shape);
        }
        case INT32 -> {
          IntBuffer buffer = tensor.getIntBuffer();
          int[] values = new int[buffer.remaining()];
          buffer.get(values);
          return new Tensor.Longs(Arrays.stream(values).asLongStream().toArray(), shape);
        }
        default -> {
          // Falls through to the refusal below.
        }
      }
    }
    throw new RuntimeFailure(
        "output '" + name + "' is neither a float nor an integer tensor", /* cause= */ null);
  }

  private final class BoundInputs implements Prepared {
    private final Map<String, OnnxTensor> values = new HashMap<>();
    private final List<ByteBuffer> lent = new ArrayList<>();

    BoundInputs(Map<String, Tensor> tensors) throws OrtException {
      try {
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
          values.put(entry.getKey(), bind(entry.getKey(), entry.getValue()));
        }
      } catch (OrtException | RuntimeException e) {
        close();
        throw e;
      }
    }

    /** Values are converted to half precision or INT32 where the model wants them so. */
    private OnnxTensor bind(String name, Tensor tensor) throws OrtException {
      OnnxJavaType type = types.get(name);
      if (tensor instanceof Tensor.Floats floats && type == OnnxJavaType.FLOAT16) {
        ByteBuffer data = lend(floats.values().length, Short.BYTES);
        ShortBuffer halves = data.asShortBuffer();
        for (float value : floats.values()) {
          halves.put(Fp16Conversions.floatToFp16(value));
        }
        return OnnxTensor.createTensor(
            environment, halves.flip(), floats.shape(), OnnxJavaType.FLOAT16);
      }
      if (tensor instanceof Tensor.Longs longs && type == OnnxJavaType.INT32) {
        IntBuffer data = lend(longs.values().length, Integer.BYTES).asIntBuffer();
        for (long value : longs.values()) {
          data.put(Math.toIntExact(value));
        }
        return OnnxTensor.createTensor(environment, data.flip(), longs.shape());
      }
      if (tensor instanceof Tensor.Floats floats) {
        FloatBuffer data = lend(floats.values().length, Float.BYTES).asFloatBuffer();
        data.put(floats.values()).flip();
        return OnnxTensor.createTensor(environment, data, floats.shape());
      }
      Tensor.Longs longs = (Tensor.Longs) tensor;
      LongBuffer data = lend(longs.values().length, Long.BYTES).asLongBuffer();
      data.put(longs.values()).flip();
      return OnnxTensor.createTensor(environment, data, longs.shape());
    }

    private ByteBuffer lend(int elements, int bytesEach) {
      ByteBuffer buffer = buffers.lend(Math.multiplyExact(elements, bytesEach));
      lent.add(buffer);
      return buffer;
    }

    @Override
    public long runNanos() {
      try {
        Map<String, OnnxTensor> all = constants.with(values);
        long start = System.nanoTime();
        OrtSession.Result result = session.run(all);
        long elapsed = System.nanoTime() - start;
        result.close();
        return elapsed;
      } catch (OrtException e) {
        throw OrtRuntime.failure(e);
      }
    }

    @Override
    public void close() {
      values.values().forEach(OnnxTensor::close);
      // Closed twice, a buffer must not be lent twice.
      values.clear();
      lent.forEach(buffers::giveBack);
      lent.clear();
    }
  }
}
