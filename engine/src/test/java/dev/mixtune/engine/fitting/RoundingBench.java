package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Prints accuracy per width of plain rounding and of fitted rounding, on one network of the kit.
 */
final class RoundingBench {
  private RoundingBench() {}

  /** Calibration pictures, test pictures and their batch. */
  private record Data(KitData calibration, KitData test, int batch) {
    static Data of(String name, String input) throws IOException {
      if (name.startsWith("imagenet")) {
        return new Data(
            KitData.imageNet(input, "imagenet-nips2017-cal"),
            KitData.imageNet(input, "imagenet-nips2017-a"),
            8);
      }
      boolean normalised = name.endsWith("20");
      return new Data(
          KitData.cifar(input, "train2048", 0, 512, normalised),
          KitData.cifar(input, "test", 0, 10_000, normalised),
          64);
    }
  }

  /**
   * Runs on one network. System properties: {@code ranges} (any value) fits activation ranges
   * first, {@code widths}, {@code rows}, {@code damp}, {@code seed}, {@code methods} and {@code
   * sparsity} change the settings of the same meaning; {@code narrow} prints a plan with so many of
   * the largest layers at 2 bits and the others at 4, too.
   *
   * @param args folder of the kit, then "report" to print every method's error
   */
  public static void main(String[] args) throws IOException {
    OrtRuntime runtime = TestKit.runtime();
    Network network =
        new NetworkReader(runtime).read(TestKit.file(args[0] + "/model.onnx"), Map.of());
    String input;
    try (Session session = runtime.open(network.originalModel(), 1)) {
      input = session.inputs().get(0).name();
    }
    Data data = Data.of(args[0], input);
    Calibration calibration =
        new Calibrator(runtime, 2)
            .run(network, data.calibration.batches(data.batch), RangeMethods.named("mse"));
    System.out.printf(
        Locale.ROOT,
        "%s float %.2f%n",
        args[0],
        Accuracy.percent(runtime, network.originalModel(), data.test, data.batch));
    for (RoundingMethod method : RoundingMethods.all()) {
      RoundingLibrary plain = new RoundingLibrary(network, method);
      print(method.name(), runtime, network, calibration, plain, data);
    }
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      if (System.getProperty("ranges") != null) {
        calibration = fitRanges(network, runtime, calibration, data, executor);
        for (RoundingMethod method : RoundingMethods.all()) {
          RoundingLibrary plain = new RoundingLibrary(network, method);
          print(method.name() + "*", runtime, network, calibration, plain, data);
        }
        if (System.getProperty("ranges").equals("only")) {
          return;
        }
      }
      long start = System.nanoTime();
      RoundedNetwork rounded =
          new NetworkRounding(network, runtime, calibration, settings(), executor)
              .round(() -> data.calibration.batches(data.batch), FittingProgress.silent());
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(Locale.ROOT, "fitted in %.1f s, heap %d MB%n", seconds, heapMegabytes());
      for (RoundingReport.NetworkError error : rounded.report().networks()) {
        System.out.printf(
            Locale.ROOT,
            "outputs of %s: fitted %.5f plain %.5f%n",
            error.plan().substring(0, 4),
            error.fitted(),
            error.plain());
      }
      print("fitted", runtime, network, calibration, rounded.library(), data);
      if (System.getProperty("narrow") != null) {
        Plan mixed = mixed(network);
        printMixed("library", mixed, runtime, network, calibration, rounded.library(), data);
        RoundedNetwork own =
            new NetworkRounding(network, runtime, calibration, settings(), executor)
                .roundFor(
                    mixed, () -> data.calibration.batches(data.batch), FittingProgress.silent());
        printMixed("context", mixed, runtime, network, calibration, own.library(), data);
      }
      if (args.length > 1) {
        for (RoundingReport.Entry entry : rounded.report().entries()) {
          System.out.printf(
              Locale.ROOT,
              "%3d %-30s %d %-10s %s %d%n",
              entry.layer(),
              entry.name(),
              entry.bits(),
              entry.chosen(),
              entry.errors(),
              entry.rows());
        }
      }
    } finally {
      executor.shutdown();
    }
  }

  private static Calibration fitRanges(
      Network network,
      OrtRuntime runtime,
      Calibration calibration,
      Data data,
      ExecutorService executor) {
    long start = System.nanoTime();
    FittedRanges ranges =
        new RangeFitting(network, runtime, executor)
            .fit(calibration, () -> data.calibration.batches(data.batch), FittingProgress.silent());
    System.out.printf(
        Locale.ROOT,
        "ranges in %.1f s: %s -> %.5f%n",
        (System.nanoTime() - start) / 1e9,
        ranges.uniform(),
        ranges.error());
    Map<String, Integer> counts = new java.util.TreeMap<>();
    ranges.choices().forEach(choice -> counts.merge(choice.chosen(), 1, Integer::sum));
    System.out.println(counts);
    return ranges.calibration();
  }

  private static FittingSettings settings() {
    FittingSettings plain = FittingSettings.defaults();
    int rows = Integer.getInteger("rows", plain.rowsPerWeight());
    double damp = Double.parseDouble(System.getProperty("damp", "0.01"));
    return new FittingSettings(
        widths(),
        damp,
        rows,
        256 * rows,
        1024 * rows,
        8,
        1,
        Long.getLong("seed", 1),
        Boolean.getBoolean("float") ? ActivationTreatment.FLOAT : ActivationTreatment.INTEGER,
        List.of(System.getProperty("methods", "").split(",")).stream()
            .filter(method -> !method.isEmpty())
            .toList(),
        Double.parseDouble(System.getProperty("sparsity", "0")));
  }

  private static List<Integer> widths() {
    return java.util.Arrays.stream(System.getProperty("widths", "8,4,2").split(","))
        .map(Integer::valueOf)
        .toList();
  }

  private static long heapMegabytes() {
    return java.lang.management.ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum()
        >> 20;
  }

  /** So many of the largest layers at 2 bits and the others at 4. */
  private static Plan mixed(Network network) {
    List<Layer> largest =
        network.layers().stream()
            .sorted(Comparator.comparingLong(Layer::parameters).reversed())
            .limit(Integer.getInteger("narrow"))
            .toList();
    return new Plan(
        network.layers().stream()
            .map(layer -> largest.contains(layer) ? Scheme.W2A8 : Scheme.W4A8)
            .toList());
  }

  private static void printMixed(
      String name,
      Plan plan,
      OrtRuntime runtime,
      Network network,
      Calibration calibration,
      RoundingLibrary library,
      Data data) {
    byte[] model = new PlanLowering(network, calibration, library).lower(plan).model();
    double percent = Accuracy.percent(runtime, model, data.test, data.batch);
    System.out.printf(Locale.ROOT, "mixed, %s: %.2f (%d kB)%n", name, percent, model.length / 1000);
  }

  private static void print(
      String name,
      OrtRuntime runtime,
      Network network,
      Calibration calibration,
      RoundingLibrary library,
      Data data) {
    PlanLowering lowering = new PlanLowering(network, calibration, library);
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-10s", name));
    for (Scheme scheme : new Scheme[] {Scheme.W8A8, Scheme.W4A8, Scheme.W2A8}) {
      byte[] model = lowering.lower(Plan.uniform(network.layers().size(), scheme)).model();
      double percent = Accuracy.percent(runtime, model, data.test, data.batch);
      line.append(
          String.format(
              Locale.ROOT, "  %s %.2f (%d kB)", scheme.id(), percent, model.length / 1000));
    }
    System.out.println(line);
  }
}
