package dev.mixtune.cli;

import java.util.List;

/** Trains a plan and leaves {@code finetuned.onnx} and {@code finetune.json} in its folder. */
@FunctionalInterface
interface TrainingProgram {

  /**
   * Runs it to its end.
   *
   * @param arguments of the program
   * @throws dev.mixtune.engine.UserException when it cannot be started or does not come to its end
   * @throws java.util.concurrent.CancellationException when the user asks to stop
   */
  void run(List<String> arguments);
}
