package dev.mixtune.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime as a user calls it, with graph optimisations on or off. */
public final class PlainOrt {
  private PlainOrt() {}

  /** The float outputs of a model. */
  public static List<Tensor> run(byte[] model, Map<String, Tensor> inputs, boolean optimised) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> fed = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(
          optimised
              ? OrtSession.SessionOptions.OptLevel.ALL_OPT
              : OrtSession.SessionOptions.OptLevel.NO_OPT);
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        fed.put(input.getKey(), tensor(environment, input.getValue()));
      }
      try (OrtSession session = environment.createSession(model, options);
          OrtSession.Result result = session.run(fed)) {
        List<Tensor> answers = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          OnnxTensor tensor = (OnnxTensor) output.getValue();
          FloatBuffer values = tensor.getFloatBuffer();
          float[] array = new float[values.remaining()];
          values.get(array);
          answers.add(new Tensor.Floats(array, tensor.getInfo().getShape()));
        }
        return answers;
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Tensor tensor) throws OrtException {
    return tensor instanceof Tensor.Floats floats
        ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats.values()), floats.shape())
        : OnnxTensor.createTensor(
            environment, LongBuffer.wrap(((Tensor.Longs) tensor).values()), tensor.shape());
  }

  /** Rows along the last axis whose largest value lies elsewhere. */
  public static int differentPredictions(List<Tensor> one, List<Tensor> other) {
    int different = 0;
    for (int k = 0; k < one.size(); k++) {
      float[] a = ((Tensor.Floats) one.get(k)).values();
      float[] b = ((Tensor.Floats) other.get(k)).values();
      int width = width(one.get(k));
      for (int row = 0; row < a.length / width; row++) {
        different += largest(a, row, width) == largest(b, row, width) ? 0 : 1;
      }
    }
    return different;
  }

  /** Values on the other side of a threshold. */
  public static int differentDecisions(List<Tensor> one, List<Tensor> other, float threshold) {
    int different = 0;
    float[] a = ((Tensor.Floats) one.get(0)).values();
    float[] b = ((Tensor.Floats) other.get(0)).values();
    for (int i = 0; i < a.length; i++) {
      different += a[i] > threshold == b[i] > threshold ? 0 : 1;
    }
    return different;
  }

  /** Rows along the last axis, one prediction each. */
  public static int predictions(List<Tensor> answers) {
    return answers.stream()
        .mapToInt(answer -> (int) (Tensor.elements(answer.shape()) / width(answer)))
        .sum();
  }

  private static int width(Tensor tensor) {
    return tensor.shape().length == 0 ? 1 : (int) tensor.shape()[tensor.shape().length - 1];
  }

  private static int largest(float[] values, int row, int width) {
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (values[row * width + i] > values[row * width + best]) {
        best = i;
      }
    }
    return best;
  }
}
