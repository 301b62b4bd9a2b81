package dev.mixtune.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Runs a written model in ONNX Runtime. */
final class OnnxClassifier implements AutoCloseable {
  private static final int BATCH = 500;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxClassifier(Path model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      this.session = environment.createSession(model.toString(), options);
    }
  }

  /**
   * The logits [N, classes] of {@code count} one-channel images [N, 1, height, width], row-major.
   */
  float[][] logits(float[] input, int count, int height, int width) throws OrtException {
    long[] shape = {count, 1, height, width};
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
        OrtSession.Result result = session.run(Map.of(OnnxWriter.INPUT, tensor))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  /** How many of the images get their label as the first largest logit. */
  int correct(LabelledImages images, Normalization normalization) throws OrtException {
    int correct = 0;
    for (int from = 0; from < images.count(); from += BATCH) {
      int to = Math.min(from + BATCH, images.count());
      float[][] logits =
          logits(normalization.batch(images, from, to), to - from, images.height(), images.width());
      for (int i = from; i < to; i++) {
        if (largest(logits[i - from]) == images.labels()[i]) {
          correct++;
        }
      }
    }
    return correct;
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
