package dev.mixtune.engine.fitting;

import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Rounds one layer to one width in every way, and measures each on held-back samples. */
final class LayerFit {
  /** With fewer rows per weight than this, a stronger pull towards the float weights is tried. */
  private static final int ROWS_PER_WEIGHT = 24;

  private static final double STRONG_DAMPENING = 1;

  /** One channel in so many says which dampening suits a layer. */
  private static final int PROBE_EVERY = 8;

  /** Fewer channels of a group than this say nothing about the others. */
  private static final int LEAST_PROBED = 8;

  private final LayerWeights layer;
  private final Moments moments;
  private final OutputError outputError;
  private final FittingSettings settings;
  private final DenseAlgebra algebra;
  private final Parallel parallel;
  private final List<int[]> allChannels;
  private final Map<Dampening, GroupProblem[]> problems = new HashMap<>();

  /**
   * @param layer the float layer
   * @param moments of the samples to round on
   * @param heldBack of the samples to choose on
   */
  LayerFit(
      LayerWeights layer,
      Moments moments,
      Moments heldBack,
      FittingSettings settings,
      DenseAlgebra algebra,
      Parallel parallel) {
    this.layer = layer;
    this.moments = moments;
    this.settings = settings;
    this.algebra = algebra;
    this.parallel = parallel;
    this.allChannels = ChannelTiles.of(layer.layout().channels(), moments.groups());
    boolean chooseOnFitted = heldBack.rows() == 0 && moments.keepsWanted();
    this.outputError = new OutputError(layer, chooseOnFitted ? moments : heldBack, parallel);
  }

  /** All candidates, plain methods first. */
  List<Candidate> candidates(int bits) {
    if (moments.rows() == 0) {
      RoundingMethod blind = RoundingMethods.named("mse");
      return List.of(measured(blind.round(layer.values(), layer.layout(), bits)));
    }
    List<Candidate> candidates = new ArrayList<>();
    for (RoundingMethod method : RoundingMethods.all()) {
      candidates.add(measured(method.round(layer.values(), layer.layout(), bits)));
    }
    for (Dampening dampening :
        dampenings(d -> least(solved(bits, d, probed()), Candidate::error))) {
      candidates.addAll(solved(bits, dampening, allChannels));
    }
    return candidates;
  }

  /**
   * How strongly rounding is pulled towards the float weights.
   *
   * @param share of the mean diagonal that is added to the Hessian
   * @param suffix of the method's name
   */
  private record Dampening(double share, String suffix) {}

  /**
   * The dampenings worth their time. With many rows per weight the weak one is right; with few, the
   * better of two on a part of the channels, or both where there are no channels to spare.
   *
   * @param probedError error of the channels of {@link #probed}
   */
  private List<Dampening> dampenings(ToDoubleFunction<Dampening> probedError) {
    Dampening weak = new Dampening(settings.dampening(), "");
    if (moments.rows() >= (long) ROWS_PER_WEIGHT * moments.size()) {
      return List.of(weak);
    }
    List<Dampening> both = List.of(weak, new Dampening(STRONG_DAMPENING, "-damped"));
    if (layer.layout().channels() < PROBE_EVERY * moments.groups() * LEAST_PROBED) {
      return both;
    }
    Dampening better = both.stream().min(Comparator.comparingDouble(probedError)).orElseThrow();
    // What is not solved further need not stay in memory: it is as large as the Hessian, twice.
    problems.keySet().retainAll(List.of(better));
    return List.of(better);
  }

  private List<int[]> probed() {
    return ChannelTiles.everyNth(layer.layout().channels(), moments.groups(), PROBE_EVERY);
  }

  private static <T> double least(List<T> candidates, ToDoubleFunction<T> error) {
    return candidates.stream().mapToDouble(error).min().orElseThrow();
  }

  private GroupProblem[] problems(Dampening dampening) {
    return problems.computeIfAbsent(
        dampening,
        d -> {
          GroupProblem[] made = new GroupProblem[moments.groups()];
          boolean centred = layer.bias() != null;
          parallel.forEach(
              made.length,
              group -> made[group] = GroupProblem.of(moments, group, d.share(), centred, algebra));
          return made;
        });
  }

  private List<Candidate> solved(int bits, Dampening dampening, List<int[]> tiles) {
    GroupProblem[] problems = problems(dampening);
    Draft uniform = new Draft(bits, "gptq" + dampening.suffix());
    Draft codebook = new Draft(bits, "codebook" + dampening.suffix());
    Draft sparse = new Draft(bits, "sparse" + dampening.suffix());
    Draft learned = new Draft(bits, FittingSettings.LEARNED + dampening.suffix());
    boolean learns = bits < 8 && settings.methods().contains(FittingSettings.LEARNED);
    boolean prunes = settings.sparsity() > 0 && bits > 2;
    int perGroup = layer.layout().channels() / problems.length;
    parallel.forEach(
        tiles.size(),
        tile -> {
          int[] taken = tiles.get(tile);
          GroupProblem problem = problems[taken[0] / perGroup];
          List<Channel> channels =
              problem.channels(Arrays.stream(taken).mapToObj(layer::channel).toList());
          List<ChannelSolution> solutions =
              new UniformSolver(problem.quadratic(), bits).solve(channels);
          uniform.write(taken, problem, solutions);
          if (bits < 8) {
            CodebookSolver solver = new CodebookSolver(problem.quadratic(), bits, algebra);
            codebook.write(taken, problem, solver.solve(channels, solutions));
          }
          if (learns) {
            LearnedSolver solver = new LearnedSolver(problem.quadratic(), bits);
            learned.write(taken, problem, solver.solve(channels, solutions));
          }
          if (prunes) {
            SparseSolver solver = new SparseSolver(problem.quadratic(), bits, settings.sparsity());
            sparse.write(taken, problem, solver.solve(channels));
          }
        });
    List<Candidate> solved = new ArrayList<>();
    solved.add(measured(uniform.weights(), tiles));
    if (bits < 8) {
      solved.add(measured(codebook.weights(), tiles));
    }
    if (learns) {
      solved.add(measured(learned.weights(), tiles));
    }
    if (prunes) {
      solved.add(measured(sparse.weights(), tiles));
    }
    return solved;
  }

  /** A tensor that is rounded channel by channel. */
  private final class Draft {
    private final int bits;
    private final String method;
    private final byte[] codes = new byte[layer.layout().size()];
    private final float[] scales = new float[layer.layout().channels()];

    Draft(int bits, String method) {
      this.bits = bits;
      this.method = method;
      Arrays.fill(scales, 1); // Channels that are not written have zeros of any scale.
    }

    void write(int[] channels, GroupProblem problem, List<ChannelSolution> solutions) {
      for (int i = 0; i < channels.length; i++) {
        write(channels[i], problem, solutions.get(i));
      }
    }

    private void write(int channel, GroupProblem problem, ChannelSolution solution) {
      int[] natural = problem.restore(solution.codes());
      for (int k = 0; k < natural.length; k++) {
        codes[layer.layout().position(channel, k)] = (byte) natural[k];
      }
      scales[channel] = (float) solution.scale();
    }

    RoundedWeights weights() {
      return new RoundedWeights(bits, codes, scales, layer.layout(), method);
    }
  }

  /** Rounded weights with their corrected bias and their error. */
  Candidate measured(RoundedWeights weights) {
    return measured(weights, allChannels);
  }

  private Candidate measured(RoundedWeights weights, List<int[]> tiles) {
    float[] values = weights.values();
    float[] bias = correctedBias(values);
    return new Candidate(weights, bias, outputError.of(values, bias, tiles, parallel));
  }

  /** All ways to round a matrix product in blocks, plain ones first. */
  List<BlockCandidate> blockCandidates(BlockWeights plain) {
    List<BlockCandidate> candidates = new ArrayList<>();
    candidates.add(measured(plain));
    if (moments.rows() > 0) {
      for (Dampening dampening : dampenings(d -> blocks(plain, d, probed()).error())) {
        candidates.add(blocks(plain, dampening, allChannels));
      }
    }
    return candidates;
  }

  private BlockCandidate blocks(BlockWeights plain, Dampening dampening, List<int[]> tiles) {
    GroupProblem problem = problems(dampening)[0];
    int[] blocks = problem.blocks(plain.blockSize());
    byte[] codes = new byte[layer.layout().size()];
    float[] scales = new float[plain.scales().length];
    Arrays.fill(scales, 1); // Channels outside the tiles have zeros of any scale.
    parallel.forEach(
        tiles.size(),
        tile -> {
          int[] taken = tiles.get(tile);
          List<BlockSolver.Solution> solutions =
              new BlockSolver(problem.quadratic(), blocks, plain.bits())
                  .solve(problem.channels(Arrays.stream(taken).mapToObj(layer::channel).toList()));
          for (int c = 0; c < taken.length; c++) {
            BlockSolver.Solution solution = solutions.get(c);
            int[] natural = problem.restore(solution.codes());
            for (int k = 0; k < natural.length; k++) {
              codes[layer.layout().position(taken[c], k)] = (byte) natural[k];
            }
            for (int b = 0; b < plain.blocks(); b++) {
              scales[taken[c] * plain.blocks() + b] = (float) solution.scales()[b];
            }
          }
        });
    String method = "gptq" + dampening.suffix();
    return measured(
        BlockWeights.of(
            plain.bits(),
            plain.blockSize(),
            plain.inputs(),
            plain.outputs(),
            codes,
            scales,
            method),
        tiles);
  }

  /** Blocks with their corrected bias and their error. */
  BlockCandidate measured(BlockWeights weights) {
    return measured(weights, allChannels);
  }

  private BlockCandidate measured(BlockWeights weights, List<int[]> tiles) {
    float[] values = weights.values();
    float[] bias = correctedBias(values);
    return new BlockCandidate(weights, bias, outputError.of(values, bias, tiles, parallel));
  }

  /** The bias with which the rounded layer's mean answers are the float layer's. */
  private float @Nullable [] correctedBias(float[] rounded) {
    float[] bias = layer.bias();
    if (bias == null || moments.rows() == 0) {
      return bias;
    }
    int channels = layer.layout().channels();
    float[] corrected = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      int group = channel / (channels / moments.groups());
      double[] wanted = layer.channel(channel);
      double[] actual = layer.channel(rounded, channel);
      double[] wantedMeans = moments.wanted(group);
      double[] actualMeans = moments.actual(group);
      double difference = 0;
      for (int k = 0; k < wanted.length; k++) {
        difference += wanted[k] * wantedMeans[k] - actual[k] * actualMeans[k];
      }
      corrected[channel] = (float) (bias[channel] + difference);
    }
    return corrected;
  }
}
