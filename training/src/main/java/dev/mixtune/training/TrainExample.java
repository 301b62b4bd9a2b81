package dev.mixtune.training;

import ai.onnxruntime.OrtException;
import dev.mixtune.training.Architecture.Stage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Trains the bundled example network by a fixed schedule and writes the example folder.
 *
 * <p>The last weights are the ones written. No decision depends on the test images: they are read
 * for the example folder and for the accuracy that is printed at the end.
 */
public final class TrainExample {
  static final Architecture ARCHITECTURE =
      new Architecture(
          FashionMnist.SIZE,
          List.of(new Stage(16, 1), new Stage(32, 1), new Stage(64, 2)),
          FashionMnist.CLASSES);

  private static final Normalization NORMALIZATION =
      new Normalization(FashionMnist.PIXEL_MEAN, FashionMnist.PIXEL_STD);
  private static final int USER_ERROR = 2;
  private static final int BATCH_SIZE = 128;
  private static final float PEAK_LEARNING_RATE = 0.2f;
  private static final double WARM_UP_FRACTION = 0.15;

  private final Options options;
  private final PrintStream out;

  private TrainExample(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs the training; without arguments it writes {@code examples/fashion-mnist}. */
  public static void main(String[] arguments) {
    System.exit(exitCode(arguments));
  }

  private static int exitCode(String... arguments) {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(Options.USAGE);
      return USER_ERROR;
    }
    try {
      new TrainExample(options, System.out).run();
      return 0;
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return USER_ERROR;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refused the model that was written", e);
    }
  }

  private void run() throws IOException, OrtException {
    NetworkTrainer.configureEngine(options.threads());
    FashionMnist data = FashionMnist.read(options.data());
    ExampleFolder folder = new ExampleFolder(options.out());
    folder.writeData(data);
    folder.writeTask(NORMALIZATION);
    train(data.train(), folder);
    report(data.test(), folder);
  }

  private void train(LabelledImages images, ExampleFolder folder) throws IOException {
    ResidualNetwork network = new ResidualNetwork(ARCHITECTURE);
    AugmentedBatches batches =
        new AugmentedBatches(
            images, NORMALIZATION, BATCH_SIZE, new SplittableRandom(options.seed()));
    int steps = options.epochs() * batches.batchesPerEpoch();
    OneCycle schedule = new OneCycle(PEAK_LEARNING_RATE, (int) (WARM_UP_FRACTION * steps), steps);
    print(
        "%d layers, %,d multiply-accumulates per image, %,d steps",
        network.layers(), network.macs(), steps);
    long start = System.nanoTime();
    try (NetworkTrainer trainer = new NetworkTrainer(network, schedule, options.seed())) {
      for (int epoch = 1; epoch <= options.epochs(); epoch++) {
        double loss = meanLoss(trainer, batches.epoch());
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        print(
            "epoch %d of %d: loss %.4f, %d s", epoch, options.epochs(), loss, elapsed.toSeconds());
      }
      OnnxWriter.write(network, folder.model());
    }
  }

  private static double meanLoss(NetworkTrainer trainer, Iterator<Batch> batches) {
    double sum = 0;
    int count = 0;
    while (batches.hasNext()) {
      sum += trainer.step(batches.next());
      count++;
    }
    return sum / count;
  }

  private void report(LabelledImages test, ExampleFolder folder) throws IOException, OrtException {
    try (OnnxClassifier classifier = new OnnxClassifier(folder.model())) {
      int correct = classifier.correct(test, NORMALIZATION);
      print(
          "%s: %,d bytes, %.2f %% of %,d test images in ONNX Runtime",
          folder.model(), Files.size(folder.model()), 100.0 * correct / test.count(), test.count());
    }
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
