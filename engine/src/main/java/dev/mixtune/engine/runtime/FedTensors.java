package dev.mixtune.engine.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Constants as ONNX Runtime's tensors over the memory that they lie in. */
final class FedTensors implements AutoCloseable {
  static final FedTensors NONE = new FedTensors(new HashMap<>());

  private final Map<String, OnnxTensor> tensors;

  private FedTensors(Map<String, OnnxTensor> tensors) {
    this.tensors = tensors;
  }

  /**
   * @throws RuntimeFailure when one is of a type that cannot be fed, or its bytes do not fit it
   */
  static FedTensors of(OrtEnvironment environment, List<FedConstant> constants) {
    FedTensors fed = new FedTensors(new HashMap<>());
    try {
      for (FedConstant constant : constants) {
        long[] shape = constant.shape().stream().mapToLong(Long::longValue).toArray();
        fed.tensors.put(
            constant.name(),
            OnnxTensor.createTensor(environment, constant.bytes(), shape, type(constant)));
      }
      return fed;
    } catch (OrtException e) {
      fed.close();
      throw OrtRuntime.failure(e);
    } catch (RuntimeException e) {
      fed.close();
      throw e;
    }
  }

  /** The types of ONNX that are stored as they are computed with. */
  private static OnnxJavaType type(FedConstant constant) {
    return switch (constant.dataType()) {
      case 1 -> OnnxJavaType.FLOAT;
      case 2 -> OnnxJavaType.UINT8;
      case 3 -> OnnxJavaType.INT8;
      case 5 -> OnnxJavaType.INT16;
      case 6 -> OnnxJavaType.INT32;
      case 7 -> OnnxJavaType.INT64;
      case 9 -> OnnxJavaType.BOOL;
      case 10 -> OnnxJavaType.FLOAT16;
      case 11 -> OnnxJavaType.DOUBLE;
      case 16 -> OnnxJavaType.BFLOAT16;
      default ->
          throw new RuntimeFailure(
              "constant '"
                  + constant.name()
                  + "' is of ONNX's data type "
                  + constant.dataType()
                  + ", which cannot be fed",
              /* cause= */ null);
    };
  }

  boolean has(String input) {
    return tensors.containsKey(input);
  }

  /** These and the inputs of one run. */
  Map<String, OnnxTensor> with(Map<String, OnnxTensor> inputs) {
    if (tensors.isEmpty()) {
      return inputs;
    }
    Map<String, OnnxTensor> all = new HashMap<>(tensors);
    all.putAll(inputs);
    return all;
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
    tensors.clear();
  }
}
