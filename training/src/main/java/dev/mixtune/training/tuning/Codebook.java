package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.training.program.Factor;
import dev.mixtune.training.program.StraightThrough;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Weights that take the nearest of a few INT8 levels of their channel. Levels get the gradients of
 * the weights that chose them, weights that of the level they took (straight through).
 */
final class Codebook implements TrainedWeights {
  private final RoundedWeights start;
  private final NDArray latent;
  private final NDArray unit;
  private final NDArray scale;

  /** One array for each level, rising: one value per channel, in its unit. */
  private final List<NDArray> firstLevels = new ArrayList<>();

  /** How far each level was moved, in slow units. */
  private final List<NDArray> moves = new ArrayList<>();

  /**
   * Starts exactly at the rounded weights.
   *
   * @param weights float, in the layout of {@code start}
   */
  Codebook(RoundedWeights start, float[] weights, Shape shape, NDManager manager) {
    this.start = start;
    Shape channels = TrainedWeights.perChannel(shape, start.layout().axis());
    float[] magnitudes = TrainedWeights.magnitudes(weights, start);
    int entries = 1 << start.bits();
    float[][] books = new float[entries][magnitudes.length];
    float[] units = new float[magnitudes.length];
    float[] latents = new float[weights.length];
    for (int channel = 0; channel < units.length; channel++) {
      units[channel] = magnitudes[channel] / start.scales()[channel];
      List<Integer> book = codes(channel);
      for (int entry = 0; entry < entries; entry++) {
        // A channel may use fewer levels: the last one stands for those left over.
        books[entry][channel] = book.get(Math.min(entry, book.size() - 1)) / units[channel];
      }
      for (int k = 0; k < start.layout().perChannel(); k++) {
        int at = start.layout().position(channel, k);
        float exact = weights[at] / start.scales()[channel];
        latents[at] = inCell(start.codes()[at], exact, book) / units[channel];
      }
    }
    this.latent = manager.create(latents, shape);
    this.unit = manager.create(units, channels);
    this.scale = manager.create(start.scales(), channels);
    latent.setRequiresGradient(true);
    for (float[] level : books) {
      firstLevels.add(manager.create(level, channels));
      NDArray move = manager.zeros(channels);
      move.setRequiresGradient(true);
      moves.add(move);
    }
  }

  private List<Integer> codes(int channel) {
    TreeSet<Integer> codes = new TreeSet<>();
    for (int k = 0; k < start.layout().perChannel(); k++) {
      codes.add((int) start.codes()[start.layout().position(channel, k)]);
    }
    return List.copyOf(codes);
  }

  /** The value next to {@code exact} whose nearest level is {@code code}. */
  private static float inCell(int code, float exact, List<Integer> book) {
    int at = book.indexOf(code);
    float low = at == 0 ? code : code - 0.49f * (code - book.get(at - 1));
    float high = at == book.size() - 1 ? code : code + 0.49f * (book.get(at + 1) - code);
    return Math.max(low, Math.min(high, exact));
  }

  @Override
  public NDArray values() {
    List<NDArray> codes = levelCodes();
    NDArray position = within(codes);
    NDArray chosen = chosen(codes, position);
    return chosen.add(position.sub(position.stopGradient())).mul(scale);
  }

  /** The INT8 codes of the levels, still differentiable. */
  private List<NDArray> levelCodes() {
    List<NDArray> codes = new ArrayList<>();
    for (int i = 0; i < moves.size(); i++) {
      NDArray level = firstLevels.get(i).add(Factor.times(moves.get(i), SLOWER));
      codes.add(StraightThrough.round(level.mul(unit).clip(Byte.MIN_VALUE, Byte.MAX_VALUE)));
    }
    return codes;
  }

  /** The latent weights in codes, between the outermost levels. */
  private NDArray within(List<NDArray> codes) {
    NDArray low = codes.get(0).stopGradient();
    NDArray high = low;
    for (NDArray code : codes) {
      low = low.minimum(code.stopGradient());
      high = high.maximum(code.stopGradient());
    }
    return latent.mul(unit).maximum(low).minimum(high);
  }

  /** The nearest level of each weight; of two equally near ones the earlier. */
  private static NDArray chosen(List<NDArray> codes, NDArray position) {
    NDArray fixed = position.stopGradient();
    NDArray chosen = codes.get(0).mul(fixed.onesLike());
    NDArray distance = chosen.stopGradient().sub(fixed).abs();
    for (NDArray code : codes.subList(1, codes.size())) {
      NDArray other = code.stopGradient().sub(fixed).abs();
      NDArray nearer = other.lt(distance).toType(fixed.getDataType(), /* copy= */ false);
      chosen = chosen.add(nearer.mul(code.sub(chosen)));
      distance = distance.minimum(other);
    }
    return chosen;
  }

  @Override
  public List<NDArray> variables() {
    List<NDArray> variables = new ArrayList<>(moves);
    variables.add(0, latent);
    return variables;
  }

  @Override
  public void project() {
    latent.subi(latent.sub(within(levelCodes()).div(unit)));
  }

  @Override
  public RoundedWeights rounded() {
    List<NDArray> codes = levelCodes();
    return new RoundedWeights(
        start.bits(),
        TrainedWeights.bytes(chosen(codes, within(codes))),
        start.scales(),
        start.layout(),
        "finetuned-codebook");
  }
}
