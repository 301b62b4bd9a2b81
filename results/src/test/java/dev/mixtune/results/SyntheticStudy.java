package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A made-up study with the proportions of a real one. None of its numbers was measured. */
final class SyntheticStudy {
  static final int LAYERS = 20;
  static final long FLOAT_BYTES = 1_091_000;
  static final int SEARCH = 4000;
  static final int HOLDOUT = 6000;
  static final double FLOAT_ACCURACY = 0.9131;
  private static final Scheme[] MENU = {Scheme.W2A8, Scheme.W4A8, Scheme.W8A8, Scheme.F16};

  private final Random random;
  private final Basis basis;
  private final List<Frontier.LayerFacts> layers = new ArrayList<>();
  private final List<FrontierPoint> evaluated = new ArrayList<>();

  SyntheticStudy(long seed, Basis basis) {
    this.random = new Random(seed);
    this.basis = basis;
    for (int i = 0; i < LAYERS; i++) {
      long parameters = i == 0 ? 432 : 2304L << 2 * (i / 7);
      layers.add(
          new Frontier.LayerFacts(
              i == LAYERS - 1 ? "fc" : "layer" + (1 + i / 7) + "." + i % 7 + ".conv",
              i == LAYERS - 1 ? "Gemm" : "Conv",
              2_359_296,
              parameters,
              "g" + i));
    }
    for (Scheme scheme : MENU) {
      evaluated.add(point(Plan.uniform(LAYERS, scheme), scheme.weightBits()));
    }
    for (int i = 0; i < 400; i++) {
      List<Scheme> schemes = new ArrayList<>();
      double spread = random.nextDouble();
      for (int layer = 0; layer < LAYERS; layer++) {
        int wanted = (int) (4 * (0.7 * spread + 0.3 * random.nextDouble()));
        boolean edge = layer == 0 || layer == LAYERS - 1;
        schemes.add(MENU[Math.min(3, edge ? Math.max(2, wanted) : wanted)]);
      }
      evaluated.add(point(new Plan(schemes), null));
    }
  }

  private double damage(int layer, Scheme scheme) {
    double edge = layer == 0 || layer == LAYERS - 1 ? 3 : 1 + 0.5 * Math.sin(2.0 * layer);
    return edge
        * switch (scheme.weightBits()) {
          case 2 -> 0.012;
          case 4 -> 0.0006;
          case 8 -> 0.00006;
          default -> 0.000001;
        };
  }

  private FrontierPoint point(Plan plan, @Nullable Integer uniform) {
    double damage = 0;
    double bytes = 9_000;
    double time = 0.05;
    double bits = 0;
    double parameters = 0;
    for (int i = 0; i < LAYERS; i++) {
      Scheme scheme = plan.scheme(i);
      long weights = layers.get(i).parameters();
      damage += damage(i, scheme);
      bytes += weights * scheme.weightBits() / 8.0 * 1.02;
      bits += weights * scheme.weightBits() * 1.02;
      parameters += weights;
      time += (scheme.arithmetic().isInteger() ? 0.45 : 0.97) / LAYERS;
    }
    double noise = 0.0012 * random.nextGaussian();
    double drop = 0.8 * (1 - Math.exp(-Math.pow(damage, 1.3) * 18)) + noise - 0.0004;
    List<Integer> widths = plan.schemes().stream().map(Scheme::weightBits).toList();
    return FrontierEdits.ofLibrary(
        plan.id(),
        widths,
        plan.schemes().stream().map(Scheme::id).toList(),
        plan.schemes().stream()
            .map(scheme -> scheme.arithmetic().isInteger() ? "QLinearConv" : "Conv")
            .toList(),
        score(drop, SEARCH),
        null,
        3.9 * time,
        time,
        0.01,
        3.9 * time * 1.04,
        basis,
        (long) bytes,
        bytes / FLOAT_BYTES,
        bits / parameters,
        uniform,
        false);
  }

  static Score score(double drop, int samples) {
    int floatRight = (int) Math.round(FLOAT_ACCURACY * samples);
    int right = (int) Math.round((FLOAT_ACCURACY - drop) * samples);
    int lost = Math.max(0, floatRight - right) + samples / 200;
    int gained = right - floatRight + lost;
    double exact = (floatRight - right) / (double) samples;
    double half = 1.96 * Math.sqrt(lost + gained) / samples;
    return new Score(
        right / (double) samples,
        exact,
        new Interval(exact - half, exact + half),
        samples,
        right,
        lost,
        gained);
  }

  List<FrontierPoint> uniforms() {
    return evaluated.subList(0, MENU.length);
  }

  private static boolean dominates(FrontierPoint a, FrontierPoint b) {
    boolean noWorse =
        a.search().drop() <= b.search().drop()
            && a.sizeBytes() <= b.sizeBytes()
            && a.latencyRatio() <= b.latencyRatio();
    return noWorse
        && (a.search().drop() < b.search().drop()
            || a.sizeBytes() < b.sizeBytes()
            || a.latencyRatio() < b.latencyRatio());
  }

  Frontier frontier() {
    List<FrontierPoint> points =
        evaluated.stream()
            .filter(point -> evaluated.stream().noneMatch(other -> dominates(other, point)))
            .filter(distinctById())
            .sorted(Comparator.comparingLong(FrontierPoint::sizeBytes))
            .toList();
    FrontierPoint best =
        points.stream()
            .filter(point -> point.search().drop() < 0.006)
            .min(
                Comparator.comparingDouble(FrontierPoint::latencyRatio)
                    .thenComparing(FrontierPoint::sizeBytes))
            .orElseThrow();
    Score holdout = score(best.search().drop() + 0.0011, HOLDOUT);
    List<FrontierPoint> marked =
        points.stream()
            .map(
                point ->
                    point == best ? FrontierEdits.held(FrontierEdits.chosen(best), holdout) : point)
            .toList();
    List<FrontierPoint> uniforms =
        uniforms().stream()
            .map(point -> FrontierEdits.held(point, score(point.search().drop() + 0.0004, HOLDOUT)))
            .toList();
    Frontier frontier =
        new Frontier(
            1,
            "cifar10-resnet20",
            "top1",
            new Frontier.ModelFile("model.onnx", "0".repeat(64)),
            new Frontier.Target(
                basis == Basis.MEASURED ? "host" : "pixel8",
                basis,
                basis == Basis.MEASURED ? 0.0 : 1.0),
            new Frontier.Reference(
                new Frontier.ReferenceScore(FLOAT_ACCURACY, SEARCH, 3652),
                new Frontier.ReferenceScore(FLOAT_ACCURACY, HOLDOUT, 5479),
                3.9,
                FLOAT_BYTES),
            new Frontier.Deployment(1, List.of(1L, 3L, 32L, 32L), 1, basis),
            new Frontier.Limit(0.01, false, 0.95),
            layers,
            marked,
            uniforms,
            new Frontier.CertificateFacts(
                best.id(),
                holdout.dropInterval().high(),
                0.95,
                HOLDOUT,
                "Tango score bound, fixed sequence",
                7,
                0.0031),
            new Frontier.Hypervolume(
                0.713, List.of(1.0, 1.0, 1.0), List.of("accuracy", "latency", "size")),
            evaluated.size(),
            7,
            /* memory= */ null,
            /* finetuned= */ List.of());
    return basis == Basis.MEASURED ? withMemory(frontier) : frontier;
  }

  /** A made-up peak: what the runtime takes, and five times the file. */
  static long memory(FrontierPoint point) {
    return 9_000_000 + 5 * point.sizeBytes();
  }

  private static Frontier withMemory(Frontier frontier) {
    Map<String, Long> peaks = new HashMap<>();
    frontier.points().forEach(point -> peaks.put(point.id(), memory(point)));
    frontier.uniforms().forEach(point -> peaks.put(point.id(), memory(point)));
    return frontier.withMemory(
        new Frontier.MemoryFacts(9_000_000 + 5 * FLOAT_BYTES, "Peak memory is made up."), peaks);
  }

  private static java.util.function.Predicate<FrontierPoint> distinctById() {
    java.util.Set<String> seen = new java.util.HashSet<>();
    return point -> seen.add(point.id());
  }

  StudyView view() {
    return new StudyView(
        frontier(),
        evaluated.stream()
            .map(
                point ->
                    new StudyView.Candidate(
                        point.search().drop(), point.latencyRatio(), point.sizeBytes()))
            .toList());
  }

  SensitivityMap sensitivity() {
    List<SensitivityMap.Cell> cells = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      for (Scheme scheme : MENU) {
        double damage = damage(layer, scheme);
        cells.add(
            new SensitivityMap.Cell(
                layer, scheme.id(), scheme.weightBits(), damage, 2 * damage - 0.0001));
      }
    }
    return new SensitivityMap("KL divergence of the outputs", 512, cells);
  }

  static RunFacts run() {
    return run(StudyStatus.MET);
  }

  static RunFacts run(StudyStatus status) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("budget", "10 minutes");
    settings.put("objectives", "accuracy, latency, size");
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Mixtune", "0.1.0");
    versions.put("ONNX Runtime", "1.29.0");
    versions.put("Java", "17.0.15");
    Map<String, String> host = new LinkedHashMap<>();
    host.put("processor", "made-up processor, 8 cores");
    host.put("system", "Linux amd64");
    return new RunFacts(
        "tune --target host --max-drop 1%",
        "2026-01-02T22:00:00Z",
        "2026-01-02T22:10:00Z",
        600,
        "the budget was spent",
        status,
        settings,
        versions,
        host,
        List.of("The boundary between two layers could not be timed on its own."));
  }
}
