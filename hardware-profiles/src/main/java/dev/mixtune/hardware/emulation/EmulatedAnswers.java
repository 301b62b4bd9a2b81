package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The program that answers samples inside the emulated machine, and outside it for comparison. */
final class EmulatedAnswers {
  private EmulatedAnswers() {}

  /** Arguments: the model, a file of inputs, the file of outputs, the folder of natives. */
  public static void main(String[] arguments) throws IOException {
    OrtRuntime runtime = OrtRuntime.start(Path.of(arguments[3]));
    List<Map<String, Tensor>> inputs = TensorFile.read(Path.of(arguments[1]));
    TensorFile.write(Path.of(arguments[2]), answers(runtime, Path.of(arguments[0]), inputs));
  }

  /** What the model answers, run by run. */
  static List<Map<String, Tensor>> answers(
      ModelRuntime runtime, Path model, List<Map<String, Tensor>> inputs) {
    List<Map<String, Tensor>> answers = new ArrayList<>();
    try (Session session = runtime.open(model, 1)) {
      List<String> names = session.outputs().stream().map(Session.Port::name).toList();
      for (Map<String, Tensor> input : inputs) {
        List<Tensor> outputs = session.run(input);
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
          named.put(names.get(i), outputs.get(i));
        }
        answers.add(named);
      }
    }
    return answers;
  }
}
