package dev.mixtune.training.curvature;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.evaluators.CurvatureFile;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.training.program.Ending;
import dev.mixtune.training.program.Torch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * The process that the command line starts for {@code --sensitivity fisher} and {@code hessian}: it
 * writes a {@link Curvature} and ends.
 */
public final class CurvatureProgram {
  /** Two passes backward keep three times what one keeps: few samples at once. */
  private static final int BATCH = 4;

  private CurvatureProgram() {}

  /** Runs the program. */
  public static void main(String[] arguments) {
    System.exit(exitCode(System.out, System.err, arguments));
  }

  static int exitCode(PrintStream out, PrintStream err, String... arguments) {
    if (arguments.length == 0 || arguments[0].equals("--help")) {
      out.print(CurvatureOptions.USAGE);
      return 0;
    }
    return Ending.of(() -> run(new CurvatureOptions(arguments)), err);
  }

  private static void run(CurvatureOptions options) {
    String method = options.method();
    Path out = options.out();
    Task task = options.task();
    OrtRuntime runtime = OrtRuntime.start(out.resolveSibling("natives"));
    Network network = new NetworkReader(runtime).read(task.model(), task.latency().axes());
    try (NDManager manager = Torch.start(options.threads());
        DifferentiableNetwork differentiable =
            new DifferentiableNetwork(network, runtime, manager, DataType.FLOAT32);
        Session floatModel = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, floatModel, options.seed())) {
      SampleSet samples = data.search().subset(options.samples(), new Random(options.seed()));
      SplittableRandom random = new SplittableRandom(options.seed());
      int batch = task.text().isPresent() ? 1 : batch(floatModel.inputs().get(0).shape(), task);
      Curvature curvature =
          method.equals("fisher")
              ? new FisherDiagonal(differentiable, manager)
                  .of(samples.batches(1, /* padded= */ false), 1, random)
              : new HessianTrace(differentiable, manager)
                  .of(samples.batches(batch, /* padded= */ false), 1, random);
      CurvatureFile.write(out, curvature);
    }
  }

  private static int batch(List<Long> shape, Task task) {
    long fixed = shape.isEmpty() ? -1 : shape.get(0);
    if (fixed > 1) {
      throw new UserException(
          "'" + task.model() + "' has its batch fixed at " + fixed,
          "Export the model with an open batch axis.");
    }
    return fixed == 1 ? 1 : BATCH;
  }
}
