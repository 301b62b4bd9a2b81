package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.training.OneCycle;
import dev.mixtune.training.program.Factor;
import dev.mixtune.training.program.GradientProgram;
import dev.mixtune.training.program.Torch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Trains a plan to answer as the float network does, epoch by epoch. No labels are needed; where
 * the samples have them, a part of the loss may be theirs.
 *
 * <p>Everything random comes from the seed and the number of the epoch, so an epoch after a restart
 * is the epoch that would have been. One instance at a time in a JVM.
 */
public final class FineTuning implements AutoCloseable {
  private static final long EPOCH_STRIDE = 0x9E3779B97F4A7C15L;

  /**
   * Numbers that the float network computes for samples whose gradients are taken at once.
   * ResNet-20 with 128 pictures of CIFAR-10 computes 59 million and takes 4.6 GB.
   */
  private static final long MOST_COMPUTED = 64_000_000;

  /** Samples that mean inputs of layers are taken from. */
  private static final int CENTRED_BY = 256;

  /** Steps whose mean loss stands for the start. */
  private static final int FIRST_STEPS = 10;

  /** A loss that grows so much is lost; one near 0 may grow a lot and be small. */
  private static final double MOST_GROWTH = 30;

  private static final double LEAST_LOSS = 0.1;

  private final TrainablePlan student;
  private final GradientProgram teacher;
  private final SampleSet samples;
  private final TuningSettings settings;
  private final NDManager manager;
  private final Adam optimizer;
  private final OneCycle schedule;
  private final Distillation distillation;
  private final int atOnce;
  private int epochsDone;
  private double firstLoss = Double.NaN;
  private Checkpoint.Best best;

  /**
   * @param student what is trained; closed by its owner
   * @param teacher the float network's program; closed by its owner
   * @param samples training inputs
   * @param parent owner of the memory
   */
  public FineTuning(
      TrainablePlan student,
      GradientProgram teacher,
      SampleSet samples,
      TuningSettings settings,
      NDManager parent) {
    this(student, teacher, samples, settings, MOST_COMPUTED, parent);
  }

  /**
   * @param mostComputed numbers that the float network computes for the samples whose gradients are
   *     taken at once
   */
  FineTuning(
      TrainablePlan student,
      GradientProgram teacher,
      SampleSet samples,
      TuningSettings settings,
      long mostComputed,
      NDManager parent) {
    this.student = student;
    this.teacher = teacher;
    this.samples = samples;
    this.settings = settings;
    this.manager = parent.newSubManager();
    this.atOnce = samplesAtOnce(mostComputed);
    centre();
    this.optimizer = new Adam(student.variables(), manager);
    int steps = settings.epochs() * stepsPerEpoch();
    this.schedule =
        new OneCycle(
            (float) settings.rate(),
            Math.max(1, (int) (TuningSettings.WARM_UP * steps)),
            Math.max(2, steps));
    this.distillation = new Distillation(settings.temperature(), settings.labelShare());
    this.best = new Checkpoint.Best(0, Double.NEGATIVE_INFINITY, values());
  }

  /**
   * As many samples at once as memory bears: what a gradient needs grows with all that is computed.
   */
  private int samplesAtOnce(long mostComputed) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      long each =
          teacher.computed(
              arrays(batches(samples.inOrder(new int[] {0}), 1).iterator().next(), manager));
      return (int) Math.max(1, Math.min(settings.batch(), mostComputed / Math.max(1, each)));
    }
  }

  private void centre() {
    int looked = Math.min(CENTRED_BY, samples.size());
    SampleSet part = samples.inOrder(IntStream.range(0, looked).toArray());
    int seen = 0;
    for (Map<String, Tensor> batch : batches(part, atOnce)) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        int more = Math.min(atOnce, looked - seen);
        seen += more;
        student.look(arrays(batch, manager), (double) more / seen);
      }
    }
  }

  private static Iterable<Map<String, Tensor>> batches(SampleSet of, int size) {
    return of.batches(size, /* padded= */ false);
  }

  private int stepsPerEpoch() {
    return (samples.size() + settings.batch() - 1) / settings.batch();
  }

  /** Epochs that are behind, those before a restart included. */
  public int epochsDone() {
    return epochsDone;
  }

  /**
   * Trains one more epoch.
   *
   * @param listener hears the number of each step and its loss
   * @return the mean loss
   * @throws UserException when the loss is no number any more, or has grown out of all proportion
   */
  public double epoch(StepListener listener) {
    SplittableRandom random =
        new SplittableRandom(settings.seed() + EPOCH_STRIDE * (epochsDone + 1));
    SampleSet shuffled = samples.inOrder(order(random));
    PictureFlips flips = new PictureFlips(random);
    double sum = 0;
    int steps = 0;
    for (Map<String, Tensor> batch : batches(shuffled, settings.batch())) {
      int[] classes = classes(shuffled, steps);
      double loss = step(settings.flipsPictures() ? flips.flipped(batch) : batch, classes);
      sum += loss;
      requireSane(loss, sum / (steps + 1), steps + 1);
      listener.done(++steps, stepsPerEpoch(), loss);
    }
    firstLoss = Double.isNaN(firstLoss) ? sum / steps : firstLoss;
    epochsDone++;
    return sum / steps;
  }

  /** Empty without labels. */
  private int[] classes(SampleSet shuffled, int steps) {
    int from = shuffled.isLabelled() ? steps * settings.batch() : shuffled.size();
    int to = Math.min(shuffled.size(), from + settings.batch());
    return IntStream.range(from, to).map(shuffled::label).toArray();
  }

  private void requireSane(double loss, double mean, int step) {
    if (step == FIRST_STEPS && Double.isNaN(firstLoss)) {
      firstLoss = mean;
    }
    boolean exploded = loss > MOST_GROWTH * Math.max(firstLoss, LEAST_LOSS);
    if (Double.isFinite(loss) && !exploded) {
      return;
    }
    throw new UserException(
        "the loss is "
            + loss
            + " in step "
            + step
            + " of epoch "
            + (epochsDone + 1)
            + (exploded ? ", and began at " + firstLoss : ""),
        "Lower the learning rate (--lr, now "
            + settings.rate()
            + "): another rate is another training and starts anew.");
  }

  /** Hears about each step. */
  @FunctionalInterface
  public interface StepListener {
    /**
     * A step is done.
     *
     * @param done steps of this epoch so far
     * @param total steps of an epoch
     * @param loss of the last one
     */
    void done(int done, int total, double loss);
  }

  private int[] order(SplittableRandom random) {
    int[] order = IntStream.range(0, samples.size()).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return order;
  }

  /** Gradients of parts of the batch add up to those of the batch. */
  private double step(Map<String, Tensor> batch, int... classes) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Map<String, NDArray> inputs = arrays(batch, manager);
      long size = inputs.values().iterator().next().getShape().get(0);
      double value = 0;
      try (GradientCollector collector = Torch.collect()) {
        for (long from = 0; from < size; from += atOnce) {
          long to = Math.min(size, from + atOnce);
          value += part(inputs, from, to, (double) (to - from) / size, collector, classes);
        }
      }
      if (Double.isFinite(value)) {
        optimizer.step(schedule.getNewValue(optimizer.steps()));
        student.project();
      }
      return value;
    }
  }

  private double part(
      Map<String, NDArray> inputs,
      long from,
      long to,
      double share,
      GradientCollector collector,
      int... classes) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Map<String, NDArray> part = new HashMap<>();
      inputs.forEach((name, array) -> part.put(name, array.get(from + ":" + to)));
      NDArray expected = teacher.run(part).get(0).stopGradient();
      requireRows(expected.getShape());
      NDArray labels =
          classes.length == 0
              ? null
              : manager
                  .create(Arrays.copyOfRange(classes, (int) from, (int) to))
                  .oneHot(Math.toIntExact(expected.getShape().get(1)));
      NDArray loss = Factor.times(distillation.loss(student.run(part), expected, labels), share);
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  private static void requireRows(Shape shape) {
    if (shape.dimension() != 2) {
      throw new UserException(
          "the model's first output has the shape " + shape,
          "Fine-tuning needs one row of class scores for each sample, [N, classes].");
    }
  }

  /** Inputs as arrays, by name; made inside the caller's scope. */
  public static Map<String, NDArray> arrays(Map<String, Tensor> batch, NDManager manager) {
    Map<String, NDArray> arrays = new HashMap<>();
    batch.forEach(
        (name, tensor) ->
            arrays.put(
                name,
                tensor instanceof Tensor.Floats floats
                    ? manager.create(floats.values(), new Shape(floats.shape()))
                    : manager.create(((Tensor.Longs) tensor).values(), new Shape(tensor.shape()))));
    return arrays;
  }

  /**
   * Hears how the plan, as it is now, scores on the search split. The best one is kept; of equal
   * ones the earlier.
   */
  public void scored(double score) {
    if (score > best.score()) {
      best = new Checkpoint.Best(epochsDone, score, values());
    }
  }

  /** The epoch whose plan scored best; 0 for the rounded start. */
  public int bestEpoch() {
    return best.epoch();
  }

  /**
   * Whether training is over: all epochs are done, or the last ones brought nothing. Those of the
   * first half do not count: at their rates weights keep changing codes, and scores lie below the
   * start's even where the training ends well above it.
   */
  public boolean isOver() {
    int since = Math.max(best.epoch(), settings.epochs() / 2);
    return epochsDone >= settings.epochs() || epochsDone - since >= settings.patience();
  }

  /** Makes the student the best one that was scored. Training cannot go on from there. */
  public void useBest() {
    List<NDArray> variables = student.variables();
    for (int i = 0; i < variables.size(); i++) {
      variables.get(i).set(best.arrays().get(i));
    }
  }

  private List<float[]> values() {
    return student.variables().stream().map(NDArray::toFloatArray).toList();
  }

  /** Everything that a restart needs. */
  public Checkpoint checkpoint() {
    return new Checkpoint(
        epochsDone,
        optimizer.steps(),
        firstLoss,
        optimizer.state().stream().map(NDArray::toFloatArray).toList(),
        best);
  }

  /**
   * Goes on where a checkpoint was made.
   *
   * @throws IllegalArgumentException when it is one of other variables
   */
  public void restore(Checkpoint checkpoint) {
    List<NDArray> state = optimizer.state();
    if (state.size() != checkpoint.arrays().size()) {
      throw new IllegalArgumentException(
          checkpoint.arrays().size() + " arrays instead of " + state.size());
    }
    for (int i = 0; i < state.size(); i++) {
      state.get(i).set(checkpoint.arrays().get(i));
    }
    optimizer.restoreSteps(checkpoint.steps());
    epochsDone = checkpoint.epochs();
    firstLoss = checkpoint.firstLoss();
    best = checkpoint.best();
  }

  @Override
  public void close() {
    manager.close();
  }
}
