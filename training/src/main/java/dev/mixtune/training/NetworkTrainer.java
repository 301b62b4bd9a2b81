package dev.mixtune.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.initializer.XavierInitializer.FactorType;
import ai.djl.training.initializer.XavierInitializer.RandomType;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.mixtune.training.program.Torch;

/**
 * Trains one {@link ResidualNetwork} by stochastic gradient descent with momentum on the softmax
 * cross-entropy.
 *
 * <p>The network's arrays live as long as this trainer. DJL allows one gradient collector per JVM,
 * so use one trainer at a time.
 */
final class NetworkTrainer implements AutoCloseable {
  private static final String ENGINE = "PyTorch";
  private static final float MOMENTUM = 0.9f;
  private static final float WEIGHT_DECAY = 5e-4f;

  private final ResidualNetwork network;
  private final Model model;
  private final Trainer trainer;

  /**
   * Initialises the network's weights (He et al., arXiv:1502.01852, fan-in) from {@code seed}.
   *
   * @param learningRate the learning rate of each step, counted from 0 or 1
   */
  NetworkTrainer(ResidualNetwork network, Tracker learningRate, int seed) {
    this.network = network;
    Engine.getEngine(ENGINE).setRandomSeed(seed);
    this.model = Model.newInstance("residual-network", Device.cpu(), ENGINE);
    model.setBlock(network.block());
    this.trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(
                    new XavierInitializer(RandomType.GAUSSIAN, FactorType.IN, 2),
                    Parameter.Type.WEIGHT)
                .optOptimizer(
                    Optimizer.sgd()
                        .setLearningRateTracker(learningRate)
                        .optMomentum(MOMENTUM)
                        .optWeightDecays(WEIGHT_DECAY)
                        .build()));
    int size = network.architecture().size();
    trainer.initialize(new Shape(1, 1, size, size));
  }

  /**
   * Forbids DJL to download anything and fixes the number of threads. Has an effect only before the
   * first use of DJL in this JVM.
   */
  static void configureEngine(int threads) {
    Torch.configure(threads);
  }

  /** Updates the weights once and returns the mean loss of the batch before the update. */
  float step(Batch batch) {
    float value;
    try (NDManager scope = trainer.getManager().newSubManager()) {
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList input = new NDList(images(scope, batch.input()));
        NDArray loss =
            trainer
                .getLoss()
                .evaluate(new NDList(scope.create(batch.labels())), trainer.forward(input));
        gradients.backward(loss);
        value = loss.getFloat();
      }
      trainer.step();
    }
    return value;
  }

  /**
   * The logits [N, classes] of the images [N, 1, size, size], computed as after training; both
   * row-major.
   */
  float[] logits(float[] input) {
    try (NDManager scope = trainer.getManager().newSubManager()) {
      return trainer.evaluate(new NDList(images(scope, input))).singletonOrThrow().toFloatArray();
    }
  }

  private NDArray images(NDManager scope, float[] input) {
    int size = network.architecture().size();
    return scope.create(input, new Shape(input.length / (size * size), 1, size, size));
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
