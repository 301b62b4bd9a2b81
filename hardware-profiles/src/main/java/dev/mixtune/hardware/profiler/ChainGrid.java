package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.chain.KernelChain;
import dev.mixtune.engine.chain.Link;
import dev.mixtune.engine.chain.Link.Concatenation;
import dev.mixtune.engine.chain.Link.Convolution;
import dev.mixtune.engine.chain.Link.Dense;
import dev.mixtune.engine.chain.Link.GlobalAverage;
import dev.mixtune.engine.chain.Link.Halving;
import dev.mixtune.engine.chain.Link.Product;
import dev.mixtune.engine.chain.Link.Residual;
import dev.mixtune.engine.chain.Link.Transformer;
import dev.mixtune.engine.chain.Link.Transformer.Piece;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What is measured, in which order: the families take turns, and the shapes of each family follow a
 * {@link Halton} sequence over the logarithms of channels and sides. Every beginning of the list
 * covers everything, only more coarsely, so that a profile can be made from it at any time.
 */
public final class ChainGrid {
  private static final int[] SIDES = {4, 7, 8, 14, 16, 28, 32, 56, 112};
  private static final int[] STEM_SIDES = {32, 64, 96, 128, 160, 192, 224};
  private static final int[] CHANNELS = {
    8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 512, 640, 960, 1280
  };
  private static final int[] WIDTHS = {64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072};
  private static final int[] ROWS = {2, 4, 8, 16, 32, 64, 128, 192, 256};

  /** Smaller chains are all overhead, larger ones take too long. */
  private static final long LEAST_MACS = 20_000;

  private static final long MOST_WEIGHTS = 12_000_000;

  /** The kinds of chain, each as often as it stands here. */
  private enum Family {
    SPATIAL,
    POINTWISE,
    DEPTHWISE,
    ROWS_OF_PRODUCTS,
    BOTTLENECK,
    SPATIAL_AGAIN,
    POINTWISE_AGAIN,
    STRIDED,
    DENSE,
    STEM,
    BASIC_BLOCK,
    DEPTHWISE_AGAIN,
    FEED_FORWARD,
    GROUPED,
    HEAD,
    POINTWISE_THIRD,
    JOINED,
    ATTENTION,
    MANY_WEIGHTS,
    SPATIAL_THIRD,
    BOTTLENECK_AGAIN;

    /** The family whose shapes it goes on with. */
    Family shapes() {
      return switch (this) {
        case SPATIAL_AGAIN, SPATIAL_THIRD -> SPATIAL;
        case POINTWISE_AGAIN, POINTWISE_THIRD -> POINTWISE;
        case DEPTHWISE_AGAIN -> DEPTHWISE;
        case BOTTLENECK_AGAIN -> BOTTLENECK;
        default -> this;
      };
    }
  }

  /** Chains after which every family had its turn. */
  public static final int CYCLE = Family.values().length;

  private final long mostMacs;
  private final long seed;
  private final Map<Family, Integer> next = new EnumMap<>(Family.class);

  /**
   * @param mostMacs multiply-accumulates of one chain at most
   * @param seed of the mixed plans
   */
  public ChainGrid(long mostMacs, long seed) {
    this.mostMacs = mostMacs;
    this.seed = seed;
  }

  /** The first experiments, in order. The same for the same arguments. */
  public List<Experiment> first(int count) {
    next.clear();
    List<Experiment> experiments = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    int tries = 0;
    while (experiments.size() < count && tries++ < 40 * count) {
      Family turn = Family.values()[experiments.size() % CYCLE];
      KernelChain chain = draw(turn.shapes());
      if (!seen.contains(chain.id())) {
        seen.add(chain.id());
        experiments.add(new Experiment(chain, variants(turn.shapes(), chain)));
      }
    }
    return experiments;
  }

  private KernelChain draw(Family family) {
    while (true) {
      int index = next.merge(family, 1, Integer::sum);
      KernelChain chain = chain(family, index);
      Size size = Size.of(chain);
      long most = family == Family.MANY_WEIGHTS ? 2 * mostMacs : mostMacs;
      if (size.macs() >= LEAST_MACS && size.macs() <= most && size.weights() <= MOST_WEIGHTS) {
        return chain;
      }
    }
  }

  private static KernelChain chain(Family family, int index) {
    int side = pick(SIDES, index, 0);
    int in = pick(CHANNELS, index, 1);
    int out = pick(CHANNELS, index, 2);
    return switch (family) {
      case SPATIAL -> path(index, side, in, out, index % 5 == 0 ? 5 : 3);
      case POINTWISE -> path(index, side, in, out, 1);
      case STRIDED -> strided(index, side, in, out);
      case GROUPED -> grouped(index, side, in);
      case DEPTHWISE -> depthwise(index, side, in);
      case STEM ->
          picture(
              3,
              pick(STEM_SIDES, index, 0),
              List.of(
                  new Convolution(
                      Math.min(64, in), index % 3 == 0 ? 7 : 3, 1 + index % 2, 1, true)));
      case BOTTLENECK -> bottleneck(index, side, Math.min(in, 320));
      case BASIC_BLOCK -> picture(in, side, basicBlocks(in));
      case JOINED -> joined(side, Math.min(in, 256), Math.min(out, 256));
      case HEAD -> head(Math.max(side, 7), in, out);
      case ROWS_OF_PRODUCTS -> products(index);
      case DENSE -> dense(index);
      case MANY_WEIGHTS -> manyWeights(index);
      case FEED_FORWARD -> rows(index, feedForward(index));
      case ATTENTION -> rows(index, attention(index));
      default -> throw new IllegalArgumentException(family.toString());
    };
  }

  /** Channels of layers one after another: there and back, only growing, or only shrinking. */
  private static List<Integer> widths(int index, int in, int out) {
    int small = Math.min(in, out);
    int large = Math.max(in, out);
    return switch (index % 3) {
      case 0 -> List.of(in, out, in, out, in);
      // What goes there and back writes as much as it reads, and cannot tell the two apart.
      case 1 -> List.of(small, large, 2 * large);
      default -> List.of(2 * large, large, small);
    };
  }

  private static KernelChain path(int index, int side, int in, int out, int kernel) {
    List<Integer> widths = widths(index, in, out);
    List<Link> links = new ArrayList<>();
    for (int width : widths.subList(1, widths.size())) {
      links.add(new Convolution(width, kernel, 1, 1, true));
    }
    return picture(widths.get(0), side, links);
  }

  /** There and back again, twice: every layer has a neighbour of its own kind. */
  private static List<Link> there(int in, int out, int kernel, int groups) {
    Link wide = new Convolution(out, kernel, 1, groups, true);
    Link narrow = new Convolution(in, kernel, 1, groups, true);
    return List.of(wide, narrow, wide, narrow);
  }

  private static KernelChain strided(int index, int side, int in, int out) {
    int kernel = index % 3 == 0 ? 1 : 3;
    return picture(
        in,
        Math.max(8, side),
        List.of(new Convolution(out, kernel, 2, 1, true), new Convolution(in, kernel, 2, 1, true)));
  }

  private static KernelChain grouped(int index, int side, int channels) {
    int groups = Math.max(2, channels / (index % 2 == 0 ? 8 : 16));
    return picture(channels, side, there(channels, channels, 3, groups));
  }

  private static KernelChain depthwise(int index, int side, int channels) {
    int kernel = index % 4 == 0 ? 5 : 3;
    Link layer = new Convolution(channels, kernel, 1, channels, true);
    if (index % 3 != 0) {
      return picture(channels, side, List.of(layer, layer, layer, layer));
    }
    Link stride = new Convolution(channels, kernel, 2, channels, true);
    return picture(channels, Math.max(8, side), List.of(stride, stride));
  }

  private static KernelChain bottleneck(int index, int side, int channels) {
    int wide = channels * (index % 2 == 0 ? 6 : 4);
    List<Link> block =
        List.of(
            new Convolution(wide, 1, 1, 1, true),
            new Convolution(wide, 3, 1, wide, true),
            new Convolution(channels, 1, 1, 1, false),
            new Residual(3, false));
    return picture(channels, side, twice(new Convolution(channels, 1, 1, 1, true), block));
  }

  private static List<Link> basicBlocks(int channels) {
    List<Link> block =
        List.of(
            new Convolution(channels, 3, 1, 1, true),
            new Convolution(channels, 3, 1, 1, false),
            new Residual(2, true));
    return twice(new Convolution(channels, 3, 1, 1, true), block);
  }

  /**
   * A first layer, without which the sum in the first block had a float operand, and two blocks.
   */
  private static List<Link> twice(Link first, List<Link> block) {
    List<Link> links = new ArrayList<>(List.of(first));
    links.addAll(block);
    links.addAll(block);
    return links;
  }

  private static KernelChain joined(int side, int in, int out) {
    return picture(
        in,
        side,
        List.of(
            new Convolution(out, 1, 1, 1, true),
            new Convolution(out, 3, 1, 1, true),
            new Concatenation(1),
            new Convolution(in, 1, 1, 1, true),
            new Convolution(in, 3, 1, 1, true),
            new Concatenation(1),
            new Convolution(out, 1, 1, 1, true)));
  }

  private static KernelChain head(int side, int in, int out) {
    return picture(
        in,
        side,
        List.of(
            new Convolution(in, 1, 1, 1, true),
            new Halving(),
            new Convolution(out, 1, 1, 1, true),
            new GlobalAverage(),
            new Dense(10 + 10 * (out % 7))));
  }

  private static KernelChain products(int index) {
    List<Integer> widths = widths(index, pick(WIDTHS, index, 1), pick(WIDTHS, index, 2));
    List<Link> links = new ArrayList<>();
    widths.subList(1, widths.size()).forEach(width -> links.add(new Product(width)));
    return new KernelChain(List.of(1L, (long) pick(ROWS, index, 0), (long) widths.get(0)), links);
  }

  /** As many weights as whole networks have, so that they do not stay in the caches. */
  private static KernelChain manyWeights(int index) {
    int width = pick(new int[] {256, 384, 512, 768}, index, 1);
    int layers = pick(new int[] {4, 8, 12, 16}, index, 2);
    List<Link> links = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      links.add(
          index % 2 == 0
              ? new Product(width)
              : new Convolution(width, layer % 2 == 0 ? 3 : 1, 1, 1, true));
    }
    return index % 2 == 0
        ? new KernelChain(List.of(1L, (long) pick(ROWS, index, 0), (long) width), links)
        : picture(width, pick(new int[] {4, 7, 8, 14}, index, 0), links);
  }

  private static KernelChain dense(int index) {
    int in = pick(CHANNELS, index, 1);
    int out = pick(WIDTHS, index, 2);
    List<Link> links =
        index % 2 == 0
            ? List.of(new Dense(out), new Dense(in), new Dense(out))
            : List.of(new Product(out), new Product(in), new Product(out));
    return new KernelChain(List.of(1L, (long) in), links);
  }

  private static List<Link> feedForward(int index) {
    int width = pick(WIDTHS, index, 1);
    return List.of(
        new Product(4 * width),
        new Transformer(Piece.BIAS),
        new Transformer(Piece.GELU),
        new Product(width),
        new Transformer(Piece.BIAS),
        new Residual(5, false),
        new Transformer(Piece.NORMALIZATION));
  }

  private static List<Link> attention(int index) {
    int width = pick(WIDTHS, index, 1);
    return List.of(
        new Product(width),
        new Transformer(Piece.BIAS),
        new Transformer(Piece.ATTENTION),
        new Product(width),
        new Residual(4, false),
        new Transformer(Piece.NORMALIZATION));
  }

  private static KernelChain picture(int channels, int side, List<Link> links) {
    return new KernelChain(List.of(1L, (long) channels, (long) side, (long) side), links);
  }

  private static KernelChain rows(int index, List<Link> links) {
    long width = pick(WIDTHS, index, 1);
    return new KernelChain(List.of(1L, (long) pick(ROWS, index, 0), width), links);
  }

  private List<List<Scheme>> variants(Family family, KernelChain chain) {
    int layers = chain.layers();
    List<List<Scheme>> variants = new ArrayList<>();
    variants.add(uniform(layers, Scheme.F32));
    variants.add(uniform(layers, Scheme.W8A8));
    Random random = new Random(seed ^ chain.id().hashCode());
    switch (family) {
      case MANY_WEIGHTS -> {
        if (chain.links().get(0) instanceof Product) {
          variants.add(uniform(layers, Scheme.W8A8_DYNAMIC));
          variants.add(uniform(layers, Scheme.W4_BLOCK));
        }
      }
      case ROWS_OF_PRODUCTS, FEED_FORWARD, ATTENTION -> {
        variants.add(uniform(layers, Scheme.W8A8_DYNAMIC));
        variants.add(uniform(layers, Scheme.W4_BLOCK));
        if (family == Family.ROWS_OF_PRODUCTS) {
          variants.add(uniform(layers, Scheme.W8_BLOCK));
          variants.add(uniform(layers, Scheme.W2_BLOCK));
        }
      }
      case DENSE -> {
        if (chain.links().get(0) instanceof Product) {
          variants.add(uniform(layers, Scheme.W8A8_DYNAMIC));
          variants.add(uniform(layers, Scheme.W8_BLOCK));
          variants.add(uniform(layers, Scheme.W4_BLOCK));
          variants.add(uniform(layers, Scheme.W2_BLOCK));
        }
      }
      default -> {}
    }
    if (layers > 1) {
      variants.add(mixed(layers, random));
    }
    if (layers > 3) {
      variants.add(mixed(layers, random));
    }
    return variants;
  }

  private static List<Scheme> uniform(int layers, Scheme scheme) {
    return java.util.Collections.nCopies(layers, scheme);
  }

  /** Float and integer at random, both at least once. */
  private static List<Scheme> mixed(int layers, Random random) {
    int mask = 1 + random.nextInt((1 << layers) - 2);
    List<Scheme> schemes = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      schemes.add((mask >> i & 1) == 1 ? Scheme.W8A8 : Scheme.F32);
    }
    return schemes;
  }

  private static int pick(int[] values, int index, int axis) {
    return values[(int) (values.length * Halton.at(index, axis))];
  }
}
