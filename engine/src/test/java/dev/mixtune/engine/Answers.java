package dev.mixtune.engine;

import java.util.List;

/** How far answers are from those of ONNX Runtime on the user's own model. */
public final class Answers {
  private Answers() {}

  /** Of a plan: root of the mean squared difference to the float model, by that of its answers. */
  public static double error(TestNetworks test, Plan plan) {
    return error(test.runFloat(), test.run(test.lowering().lower(plan)));
  }

  /** Root of the mean squared difference, by that of the expected answers. */
  public static double error(List<Tensor> expected, List<Tensor> found) {
    if (expected.size() != found.size()) {
      return Double.POSITIVE_INFINITY;
    }
    double squares = 0;
    double all = 0;
    for (int k = 0; k < expected.size(); k++) {
      if (!(expected.get(k) instanceof Tensor.Floats a)) {
        continue;
      }
      float[] b = ((Tensor.Floats) found.get(k)).values();
      if (a.values().length != b.length) {
        return Double.POSITIVE_INFINITY;
      }
      for (int i = 0; i < b.length; i++) {
        double difference = (double) a.values()[i] - b[i];
        // Infinities of the same sign agree.
        squares += Float.compare(a.values()[i], b[i]) == 0 ? 0 : difference * difference;
        all += Float.isFinite(a.values()[i]) ? (double) a.values()[i] * a.values()[i] : 0;
      }
    }
    return Math.sqrt(squares / Math.max(all, Double.MIN_NORMAL));
  }
}
