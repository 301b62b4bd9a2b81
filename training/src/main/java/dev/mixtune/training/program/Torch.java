package dev.mixtune.training.program;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.UserException;

/**
 * DJL's PyTorch engine, without downloads: on the processor, or with {@code
 * -Dmixtune.torch.device=gpu} and CUDA libraries on the class path on the first GPU.
 */
public final class Torch {
  private static final String ENGINE = "PyTorch";
  private static final String DEVICE = "mixtune.torch.device";
  private static final String PROCESSOR = "cpu";
  private static final String GPU = "gpu";

  private Torch() {}

  /**
   * Starts the engine, or finds it started. The number of threads has an effect only before the
   * first use in this JVM.
   *
   * @param threads of each operation; sums depend on it in their last bits
   * @return a manager of its own, to be closed by the caller
   * @throws UserException when a GPU is asked for and there is none
   */
  public static NDManager start(int threads) {
    configure(threads);
    Engine engine = Engine.getEngine(ENGINE);
    return engine.newBaseManager(device(System.getProperty(DEVICE, PROCESSOR), engine));
  }

  /**
   * Forbids downloads and fixes the number of threads. Has an effect only before the engine's first
   * use in this JVM.
   *
   * @param threads of each operation
   */
  public static void configure(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
  }

  private static Device device(String wanted, Engine engine) {
    boolean onGpu = wanted.equals(GPU);
    if (!onGpu && !wanted.equals(PROCESSOR)) {
      throw new UserException(
          "-D" + DEVICE + "=" + wanted + " is no device",
          "Write " + PROCESSOR + " or " + GPU + ".");
    }
    if (onGpu && engine.getGpuCount() == 0) {
      throw new UserException(
          "-D" + DEVICE + "=" + GPU + ": PyTorch finds no GPU",
          "Build with the CUDA libraries, MIXTUNE_TORCH=cu128, or leave it out.");
    }
    return onGpu ? Device.gpu() : Device.cpu();
  }

  /** Opens the one gradient collector that this JVM may have at a time. */
  public static GradientCollector collect() {
    return Engine.getEngine(ENGINE).newGradientCollector();
  }
}
