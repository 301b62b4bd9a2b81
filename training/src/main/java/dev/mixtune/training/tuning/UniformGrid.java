package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.training.program.Factor;
import dev.mixtune.training.program.StraightThrough;
import java.util.List;

/**
 * Weights on a uniform grid whose step sizes are learned (LSQ, Esser et al. 2020, arXiv:1902.08153,
 * eq. 1 to 3): {@code round(clip(w / s)) s}. The step of each channel is trained as its logarithm,
 * which keeps it positive and makes all steps alike to the optimizer; it is trained slower than the
 * weights, in the place of LSQ's gradient scale, which Adam would cancel.
 */
final class UniformGrid implements TrainedWeights {
  private final RoundedWeights start;
  private final NDArray latent;
  private final NDArray logStep;
  private final NDArray unit;
  private final NDArray firstStep;
  private final int least;

  /**
   * Starts exactly at the rounded weights, each latent weight as near to its float weight as its
   * cell of the grid allows.
   *
   * @param weights float, in the layout of {@code start}
   */
  UniformGrid(RoundedWeights start, float[] weights, Shape shape, NDManager manager) {
    this.start = start;
    this.least = -(1 << (start.bits() - 1));
    Shape channels = TrainedWeights.perChannel(shape, start.layout().axis());
    float[] magnitudes = TrainedWeights.magnitudes(weights, start);
    float[] units = new float[magnitudes.length];
    float[] latents = new float[weights.length];
    for (int channel = 0; channel < units.length; channel++) {
      units[channel] = magnitudes[channel] / start.scales()[channel];
      for (int k = 0; k < start.layout().perChannel(); k++) {
        int at = start.layout().position(channel, k);
        float exact = weights[at] / start.scales()[channel];
        latents[at] = Cell.around(start.codes()[at], exact, least, -least - 1) / units[channel];
      }
    }
    this.latent = manager.create(latents, shape);
    this.logStep = manager.zeros(channels);
    this.unit = manager.create(units, channels);
    this.firstStep = manager.create(start.scales(), channels);
    latent.setRequiresGradient(true);
    logStep.setRequiresGradient(true);
  }

  /** A place in a cell of the grid. */
  private static final class Cell {
    /** Half a step, less what would round to the next code. */
    private static final float HALF = 0.49f;

    private Cell() {}

    static float around(int code, float exact, int least, int most) {
      float low = Math.max(least, code - HALF);
      float high = Math.min(most, code + HALF);
      return Math.max(low, Math.min(high, exact));
    }
  }

  @Override
  public NDArray values() {
    return StraightThrough.round(position().clip(least, -least - 1)).mul(step());
  }

  /** The latent weights in steps. */
  private NDArray position() {
    return latent.mul(unit).div(growth());
  }

  private NDArray step() {
    return firstStep.mul(growth());
  }

  private NDArray growth() {
    return Factor.times(logStep, SLOWER).exp();
  }

  @Override
  public List<NDArray> variables() {
    return List.of(latent, logStep);
  }

  @Override
  public void project() {
    NDArray inside = position().clip(least, -least - 1).mul(growth()).div(unit);
    latent.subi(latent.sub(inside));
  }

  @Override
  public RoundedWeights rounded() {
    return new RoundedWeights(
        start.bits(),
        TrainedWeights.bytes(position().clip(least, -least - 1).round()),
        step().toFloatArray(),
        start.layout(),
        "finetuned");
  }
}
