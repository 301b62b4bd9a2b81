package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Rounds all layers of a network so that the quantized network answers as the float one does on
 * calibration samples (GPTQ, Frantar et al. 2022, with float targets, refit and bias correction).
 *
 * <p>Layers are rounded in execution order. Each sees the inputs that it gets in the deployable
 * model whose earlier layers are rounded already and whose activations have 8 bits (or, {@link
 * FittingSettings#weightsOnly}, in the float model with rounded weights), and aims at what the
 * float layer answers to the float network's inputs, as far as the grids of the inputs reach. Every
 * width has a network of its own.
 */
public final class NetworkRounding {
  private static final String PLAIN = "mse";
  private static final long MOST_CHECKPOINT_BYTES = 384L << 20;

  private final Network network;
  private final ModelRuntime runtime;
  private final Calibration calibration;
  private final FittingSettings settings;
  private final Parallel parallel;
  private final DenseAlgebra algebra = new EjmlAlgebra();
  private final double averageWeights;

  /**
   * @param network what is rounded
   * @param runtime runs the float and the quantized network
   * @param calibration activation ranges of the quantized network
   * @param settings how
   * @param executor spreads the work; its owner shuts it down. The caller's thread must not be one
   *     of its threads
   */
  public NetworkRounding(
      Network network,
      ModelRuntime runtime,
      Calibration calibration,
      FittingSettings settings,
      ExecutorService executor) {
    this.network = network;
    this.runtime = runtime;
    this.calibration = calibration;
    this.settings = settings;
    this.parallel = new Parallel(executor);
    this.averageWeights =
        network.layers().stream().mapToLong(Layer::parameters).average().orElse(0);
  }

  /**
   * Rounds every layer to every width of the settings, each width in a uniform network of its own:
   * {@link UniformNetworks#of(Network, FittingSettings)}.
   *
   * @param batches calibration inputs by name; asked for anew for every stage, so that samples need
   *     not be kept; must give the same samples each time
   * @param progress hears about each layer
   * @return a library that answers for these widths, and how it came to be
   * @throws java.util.concurrent.CancellationException when the thread is interrupted
   */
  public RoundedNetwork round(
      Supplier<? extends Iterable<Map<String, Tensor>>> batches, FittingProgress progress) {
    return round(UniformNetworks.of(network, settings), batches, progress);
  }

  /**
   * Rounds every layer as some uniform networks have it.
   *
   * @param networks what the weights are fitted in
   * @param batches as for the other one
   * @param progress hears about each layer
   * @return a library that answers for what these networks run; everything else it rounds plainly
   */
  public RoundedNetwork round(
      UniformNetworks networks,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      FittingProgress progress) {
    return run(networks.plans(), batches, progress);
  }

  /**
   * Rounds the integer layers of one plan for themselves: every layer sees the inputs of this very
   * plan. Worth 1 to 1.5 points at 2 bits over a library of uniform networks.
   *
   * @param plan what will run
   * @param batches as for {@link #round}
   * @param progress hears about each layer
   * @return a library for this plan only
   */
  public RoundedNetwork roundFor(
      Plan plan,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      FittingProgress progress) {
    return run(List.of(plan), batches, progress);
  }

  private RoundedNetwork run(
      List<Plan> plans,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      FittingProgress progress) {
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named(PLAIN));
    List<Lane> lanes = new ArrayList<>();
    for (Plan plan : plans) {
      lanes.add(lane(plan, library));
    }
    List<RoundingReport.Entry> entries = new ArrayList<>();
    List<RoundingReport.Entry> blocks = new ArrayList<>();
    int samples = samples(batches.get());
    MomentCollector collector =
        new MomentCollector(
            network, runtime, calibration, settings, parallel, samples, checkpointBytes());
    int done = 0;
    for (List<Layer> stage : Stages.of(network)) {
      List<Map<Layer, LayerMoments>> moments = collector.collect(stage, lanes, batches.get());
      for (Layer layer : stage) {
        LayerWeights weights = LayerWeights.of(network, collector.node(layer), layer);
        for (int lane = 0; lane < lanes.size(); lane++) {
          LayerMoments inputs = moments.get(lane).get(layer);
          if (inputs != null && lanes.get(lane).isBlockwise(layer)) {
            BlockCandidate chosen = roundBlocks(layer, weights, lanes.get(lane), inputs, blocks);
            library = library.with(layer, chosen.weights(), chosen.bias());
          } else if (inputs != null) {
            Candidate chosen = round(layer, weights, lanes.get(lane), inputs, entries);
            library = library.with(layer, chosen.weights(), chosen.bias());
          }
        }
        progress.done(++done, network.layers().size(), layer.name());
      }
    }
    return compared(library, lanes, entries, blocks, batches, samples);
  }

  /** A small part of the heap: the values of two stages may be there at the same time. */
  private static long checkpointBytes() {
    return Math.min(MOST_CHECKPOINT_BYTES, Runtime.getRuntime().maxMemory() / 8);
  }

  private Lane lane(Plan plan, RoundingLibrary library) {
    return new Lane(network, calibration, plan, settings.activations(), library);
  }

  /** Takes back the lanes whose networks answer no better than plainly rounded ones. */
  private RoundedNetwork compared(
      RoundingLibrary fitted,
      List<Lane> lanes,
      List<RoundingReport.Entry> entries,
      List<RoundingReport.Entry> blocks,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      int samples) {
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named(PLAIN));
    List<byte[]> models = new ArrayList<>();
    models.add(network.originalModel());
    for (Lane lane : lanes) {
      models.add(lane.model().toByteArray());
      models.add(lane(lane.plan(), plain).model().toByteArray());
    }
    int every = samples < settings.heldBackEvery() ? 1 : settings.heldBackEvery();
    List<List<float[]>> answers = new ArrayList<>();
    for (byte[] model : models) {
      answers.add(HeldBackAnswers.of(runtime, model, batches.get(), every));
    }
    OutputDistance distance = new OutputDistance(answers.get(0));
    RoundingLibrary library = fitted;
    List<RoundingReport.NetworkError> errors = new ArrayList<>();
    for (int lane = 0; lane < lanes.size(); lane++) {
      RoundingReport.NetworkError error =
          new RoundingReport.NetworkError(
              lanes.get(lane).plan().key(),
              distance.to(answers.get(1 + 2 * lane)),
              distance.to(answers.get(2 + 2 * lane)));
      errors.add(error);
      if (!error.keepsFitted() && settings.offers(PLAIN)) {
        library = takenBack(library, lanes.get(lane), plain, entries, blocks);
      }
    }
    return new RoundedNetwork(library, new RoundingReport(entries, blocks, errors));
  }

  private RoundingLibrary takenBack(
      RoundingLibrary fitted,
      Lane lane,
      RoundingLibrary plain,
      List<RoundingReport.Entry> entries,
      List<RoundingReport.Entry> blocks) {
    RoundingLibrary library = fitted;
    for (Layer layer : network.layers()) {
      if (lane.rounds(layer)) {
        int bits = lane.bits(layer);
        boolean blockwise = lane.isBlockwise(layer);
        library =
            blockwise
                ? library.with(
                    layer, plain.blockwise(layer, lane.plan().scheme(layer.index())), null)
                : library.with(layer, plain.perChannel(layer, bits), null);
        (blockwise ? blocks : entries)
            .replaceAll(
                entry ->
                    entry.layer() == layer.index()
                            && entry.bits() == bits
                            && entry.blockSize() == lane.blockSize(layer)
                        ? entry.with(PLAIN)
                        : entry);
      }
    }
    return library;
  }

  private Candidate round(
      Layer layer,
      LayerWeights weights,
      Lane lane,
      LayerMoments inputs,
      List<RoundingReport.Entry> entries) {
    LayerFit fit =
        new LayerFit(weights, inputs.fitted(), inputs.heldBack(), settings, algebra, parallel);
    int bits = lane.bits(layer);
    RoundedWeights tied = lane.tied(layer);
    List<Candidate> candidates = tied == null ? fit.candidates(bits) : List.of(fit.measured(tied));
    Candidate chosen =
        offered(candidates).stream()
            .min(Comparator.comparingDouble(c -> c.pricedError(averageWeights)))
            .orElseThrow();
    lane.round(layer, chosen);
    Map<String, Double> errors = new HashMap<>();
    candidates.forEach(candidate -> errors.put(candidate.weights().method(), candidate.error()));
    entries.add(
        new RoundingReport.Entry(
            layer.index(),
            layer.name(),
            bits,
            chosen.weights().method(),
            errors,
            inputs.fitted().rows()));
    return chosen;
  }

  private List<Candidate> offered(List<Candidate> all) {
    List<Candidate> offered =
        all.stream().filter(c -> settings.offers(c.weights().method())).toList();
    return offered.isEmpty() ? all : offered;
  }

  private BlockCandidate roundBlocks(
      Layer layer,
      LayerWeights weights,
      Lane lane,
      LayerMoments inputs,
      List<RoundingReport.Entry> entries) {
    LayerFit fit =
        new LayerFit(weights, inputs.fitted(), inputs.heldBack(), settings, algebra, parallel);
    BlockWeights before = lane.blocks(layer);
    List<BlockCandidate> candidates =
        lane.hasTiedBlocks(layer) ? List.of(fit.measured(before)) : fit.blockCandidates(before);
    BlockCandidate chosen =
        candidates.stream().min(Comparator.comparingDouble(BlockCandidate::error)).orElseThrow();
    lane.round(layer, chosen);
    Map<String, Double> errors = new HashMap<>();
    candidates.forEach(candidate -> errors.put(candidate.weights().method(), candidate.error()));
    entries.add(
        new RoundingReport.Entry(
            layer.index(),
            layer.name(),
            lane.bits(layer),
            lane.blockSize(layer),
            chosen.weights().method(),
            errors,
            inputs.fitted().rows()));
    return chosen;
  }

  private static int samples(Iterable<Map<String, Tensor>> batches) {
    int samples = 0;
    for (Map<String, Tensor> batch : batches) {
      samples += (int) batch.values().iterator().next().shape()[0];
    }
    if (samples == 0) {
      throw new IllegalArgumentException("rounding needs at least one calibration sample");
    }
    return samples;
  }
}
