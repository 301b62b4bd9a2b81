package dev.mixtune.engine.fitting;

import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rounds one layer to one width in every way, and measures each on held-back samples. */
final class LayerFit {
  /** With fewer rows per weight than this, a stronger pull towards the float weights is tried. */
  private static final int ROWS_PER_WEIGHT = 24;

  private static final double STRONG_DAMPENING = 1;

  private final LayerWeights layer;
  private final Moments moments;
  private final OutputError outputError;
  private final FittingSettings settings;
  private final DenseAlgebra algebra;
  private final Parallel parallel;

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
    candidates.addAll(solved(bits, settings.dampening(), ""));
    if (moments.rows() < (long) ROWS_PER_WEIGHT * moments.size()) {
      candidates.addAll(solved(bits, STRONG_DAMPENING, "-damped"));
    }
    return candidates;
  }

  private List<Candidate> solved(int bits, double dampening, String suffix) {
    ChannelLayout layout = layer.layout();
    GroupProblem[] problems = new GroupProblem[moments.groups()];
    boolean centred = layer.bias() != null;
    parallel.forEach(
        problems.length,
        group -> problems[group] = GroupProblem.of(moments, group, dampening, centred, algebra));
    Draft uniform = new Draft(bits, "gptq" + suffix);
    Draft codebook = new Draft(bits, "codebook" + suffix);
    Draft sparse = new Draft(bits, "sparse" + suffix);
    boolean prunes = settings.sparsity() > 0 && bits > 2;
    List<int[]> tiles = ChannelTiles.of(layout.channels(), problems.length);
    parallel.forEach(
        tiles.size(),
        tile -> {
          int from = tiles.get(tile)[0];
          int to = tiles.get(tile)[1];
          GroupProblem problem = problems[from / (layout.channels() / problems.length)];
          List<Channel> channels =
              problem.channels(IntStream.range(from, to).mapToObj(layer::channel).toList());
          List<ChannelSolution> solutions =
              new UniformSolver(problem.quadratic(), bits).solve(channels);
          uniform.write(from, problem, solutions);
          if (bits < 8) {
            CodebookSolver solver = new CodebookSolver(problem.quadratic(), bits, algebra);
            codebook.write(from, problem, solver.solve(channels, solutions));
          }
          if (prunes) {
            SparseSolver solver = new SparseSolver(problem.quadratic(), bits, settings.sparsity());
            sparse.write(from, problem, solver.solve(channels));
          }
        });
    List<Candidate> solved = new ArrayList<>();
    solved.add(measured(uniform.weights()));
    if (bits < 8) {
      solved.add(measured(codebook.weights()));
    }
    if (prunes) {
      solved.add(measured(sparse.weights()));
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
    }

    void write(int first, GroupProblem problem, List<ChannelSolution> solutions) {
      for (int i = 0; i < solutions.size(); i++) {
        write(first + i, problem, solutions.get(i));
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
    float[] values = weights.values();
    float[] bias = correctedBias(values);
    return new Candidate(weights, bias, outputError.of(values, bias, parallel));
  }

  /** All ways to round a matrix product in blocks, plain ones first. */
  List<BlockCandidate> blockCandidates(BlockWeights plain) {
    List<BlockCandidate> candidates = new ArrayList<>();
    candidates.add(measured(plain));
    if (moments.rows() > 0) {
      candidates.add(measured(solved(plain, settings.dampening(), "gptq")));
      if (moments.rows() < (long) ROWS_PER_WEIGHT * moments.size()) {
        candidates.add(measured(solved(plain, STRONG_DAMPENING, "gptq-damped")));
      }
    }
    return candidates;
  }

  private BlockWeights solved(BlockWeights plain, double dampening, String method) {
    GroupProblem problem = GroupProblem.of(moments, 0, dampening, layer.bias() != null, algebra);
    int[] blocks = problem.blocks(plain.blockSize());
    byte[] codes = new byte[layer.layout().size()];
    float[] scales = new float[plain.scales().length];
    List<int[]> tiles = ChannelTiles.of(plain.outputs(), 1);
    parallel.forEach(
        tiles.size(),
        tile -> {
          int from = tiles.get(tile)[0];
          int to = tiles.get(tile)[1];
          List<BlockSolver.Solution> solutions =
              new BlockSolver(problem.quadratic(), blocks, plain.bits())
                  .solve(
                      problem.channels(
                          IntStream.range(from, to).mapToObj(layer::channel).toList()));
          for (int channel = from; channel < to; channel++) {
            BlockSolver.Solution solution = solutions.get(channel - from);
            int[] natural = problem.restore(solution.codes());
            for (int k = 0; k < natural.length; k++) {
              codes[layer.layout().position(channel, k)] = (byte) natural[k];
            }
            for (int b = 0; b < plain.blocks(); b++) {
              scales[channel * plain.blocks() + b] = (float) solution.scales()[b];
            }
          }
        });
    return BlockWeights.of(plain.bits(), plain.inputs(), plain.outputs(), codes, scales, method);
  }

  /** Blocks with their corrected bias and their error. */
  BlockCandidate measured(BlockWeights weights) {
    float[] values = weights.values();
    float[] bias = correctedBias(values);
    return new BlockCandidate(weights, bias, outputError.of(values, bias, parallel));
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
