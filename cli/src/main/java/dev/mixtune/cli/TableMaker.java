package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.MergedModels;
import dev.mixtune.evaluators.RightAnswers;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.table.FullTableFile;
import dev.mixtune.search.table.FullTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench table}: evaluates every plan of a small network over three schemes. Plans that
 * differ only in the last layers are merged into one model, in which the layers before are computed
 * once. Can be stopped at any time and goes on with the same file.
 */
final class TableMaker {
  private static final List<Scheme> SCHEMES = List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);

  /** Layers in which the plans of one merged model differ. */
  private static final int VARIED = 4;

  private static final int MOST_LAYERS = 12;

  private final Surroundings around;

  TableMaker(Surroundings around) {
    this.around = around;
  }

  int run(@Nullable Path task, Path file, int images) {
    RunOptions options = new RunOptions();
    options.task = task;
    options.maxDrop = "1%";
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      requireSmall(bench);
      bench.calibrate(options.workerCount(), workers, FittingProgress.silent());
      requireSchemes(bench);
      SampleSet samples = bench.data().search().subset(images, new Random(options.seed));
      FullTableFile table = opened(file, header(bench, samples));
      fill(bench, samples, table, file, workers);
      return around.interrupted().get() ? ExitCodes.STOPPED : ExitCodes.DONE;
    } finally {
      workers.shutdownNow();
    }
  }

  private static void requireSmall(Workbench bench) {
    int layers = bench.network().layers().size();
    boolean all =
        layers <= MOST_LAYERS
            && bench.network().groups().size() == layers
            && bench.task().metric().id().equals("top1");
    if (!all) {
      throw new UserException(
          "'" + bench.task().name() + "' has " + layers + " layers or another metric than top1",
          "Every plan is evaluated of at most " + MOST_LAYERS + " layers that choose alone.");
    }
  }

  private static void requireSchemes(Workbench bench) {
    for (Layer layer : bench.network().layers()) {
      List<Scheme> offered = bench.lowering().schemes(layer);
      for (Scheme scheme : SCHEMES) {
        if (!offered.contains(scheme)) {
          throw new UserException(
              "the layer '" + layer.name() + "' (" + layer.kind() + ") has no " + scheme.id(),
              "Every plan is evaluated of layers that all have "
                  + String.join(", ", SCHEMES.stream().map(Scheme::id).toList())
                  + ".");
        }
      }
    }
  }

  private static FullTableFile opened(Path file, FullTableFile.Header header) {
    if (!Files.exists(file)) {
      return FullTableFile.empty(header);
    }
    FullTableFile table = FullTableFile.read(file);
    if (!table.header().equals(header)) {
      throw new UserException(
          "--table '" + file + "' was made from another model, rounding, runtime or samples",
          "Name another file.");
    }
    return table;
  }

  private void fill(
      Workbench bench, SampleSet samples, FullTableFile table, Path file, ExecutorService workers) {
    int layers = bench.network().layers().size();
    int block = (int) Math.pow(SCHEMES.size(), Math.min(VARIED, layers));
    List<Future<?>> running = new ArrayList<>();
    for (int start = 0; start < table.plans(); start += block) {
      if (!table.knows(start, block)) {
        int from = start;
        running.add(
            workers.submit(
                () -> {
                  if (!around.interrupted().get()) {
                    table.put(from, evaluated(bench, samples, from, block));
                  }
                }));
      }
    }
    int done = 0;
    int often = Math.max(1, running.size() / 50);
    for (Future<?> future : running) {
      Futures.await(future, () -> false);
      boolean going = !around.interrupted().get();
      if (going && (++done % often == 0 || done == running.size())) {
        table.write(file);
        around
            .out()
            .printf(Locale.ROOT, "%d of %d blocks of %d plans%n", done, running.size(), block);
      }
    }
    table.write(file);
    if (around.interrupted().get()) {
      around.out().println("Stopped by the user; the same command goes on.");
    }
  }

  private static int[] evaluated(Workbench bench, SampleSet samples, int from, int block) {
    List<byte[]> models = new ArrayList<>();
    for (int index = from; index < from + block; index++) {
      models.add(lowered(bench, plan(bench, index)));
    }
    int batch = bench.evaluator().settings().batch();
    return RightAnswers.count(bench.runtime(), MergedModels.merge(models), samples, batch);
  }

  private static Plan plan(Workbench bench, int index) {
    int layers = bench.network().layers().size();
    return new Plan(
        Arrays.stream(FullTable.plan(index, layers, SCHEMES.size()))
            .mapToObj(SCHEMES::get)
            .toList());
  }

  private static byte[] lowered(Workbench bench, Plan plan) {
    return bench.lowering().lower(plan).model();
  }

  private static FullTableFile.Header header(Workbench bench, SampleSet samples) {
    int layers = bench.network().layers().size();
    List<byte[]> uniforms =
        SCHEMES.stream().map(scheme -> lowered(bench, Plan.uniform(layers, scheme))).toList();
    int batch = bench.evaluator().settings().batch();
    byte[] original = bench.network().originalModel();
    return new FullTableFile.Header(
        bench.task().name(),
        sha256(List.of(original)),
        sha256(uniforms),
        bench.runtime().version(),
        samples.fingerprint(),
        samples.size(),
        RightAnswers.count(bench.runtime(), original, samples, batch)[0],
        SCHEMES.stream().map(Scheme::id).toList(),
        sizes(bench, uniforms.get(0).length));
  }

  /** What each layer's option adds; the first layer also carries what all plans share. */
  private static List<List<Double>> sizes(Workbench bench, int widest) {
    int layers = bench.network().layers().size();
    Plan wide = Plan.uniform(layers, SCHEMES.get(0));
    return IntStream.range(0, layers)
        .mapToObj(
            layer ->
                SCHEMES.stream()
                    .map(scheme -> lowered(bench, wide.with(layer, scheme)).length)
                    .map(bytes -> (double) (bytes - (layer == 0 ? 0 : widest)))
                    .toList())
        .toList();
  }

  private static String sha256(List<byte[]> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      parts.forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
