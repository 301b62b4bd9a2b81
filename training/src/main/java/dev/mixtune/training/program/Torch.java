package dev.mixtune.training.program;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;

/** DJL's PyTorch engine on the processor, without downloads. */
public final class Torch {
  private static final String ENGINE = "PyTorch";

  private Torch() {}

  /**
   * Starts the engine, or finds it started. The number of threads has an effect only before the
   * first use in this JVM.
   *
   * @param threads of each operation; sums depend on it in their last bits
   * @return a manager of its own, to be closed by the caller
   */
  public static NDManager start(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    return Engine.getEngine(ENGINE).newBaseManager(Device.cpu());
  }

  /** Opens the one gradient collector that this JVM may have at a time. */
  public static GradientCollector collect() {
    return Engine.getEngine(ENGINE).newGradientCollector();
  }
}
