package dev.mixtune.training;

import ai.djl.training.tracker.Tracker;

/**
 * A learning rate that rises linearly over the first steps and then falls along half a cosine to
 * zero at the last step.
 *
 * @param peak the highest learning rate
 * @param warmUpSteps steps of the rise
 * @param totalSteps steps of the whole training
 */
public record OneCycle(float peak, int warmUpSteps, int totalSteps) implements Tracker {

  @Override
  public float getNewValue(int step) {
    if (step < warmUpSteps) {
      return peak * (step + 1) / warmUpSteps;
    }
    double progress = Math.min(1.0, (double) (step - warmUpSteps) / (totalSteps - warmUpSteps));
    return (float) (peak * 0.5 * (1 + Math.cos(Math.PI * progress)));
  }
}
