package dev.mixtune.engine.chain;

/** One operator of a {@link KernelChain}. */
public sealed interface Link {

  /** Whether the link has weights and takes a scheme. */
  default boolean isLayer() {
    return false;
  }

  /** The link as a word, the same for equal links. */
  String id();

  /**
   * ONNX Conv over height and width with a bias and padding that keeps them, divided by the stride.
   *
   * @param outputs output channels
   * @param kernel height and width of the kernel, odd
   * @param stride in both directions
   * @param groups divides input and output channels
   * @param relu whether a Relu follows
   */
  record Convolution(int outputs, int kernel, int stride, int groups, boolean relu)
      implements Link {
    public Convolution {
      requirePositive("outputs", outputs);
      requirePositive("stride", stride);
      requirePositive("groups", groups);
      if (kernel < 1 || kernel % 2 == 0) {
        throw new IllegalArgumentException("kernel is " + kernel + ", not odd");
      }
    }

    @Override
    public boolean isLayer() {
      return true;
    }

    @Override
    public String id() {
      String base = "conv" + outputs + "k" + kernel;
      return base
          + (stride == 1 ? "" : "s" + stride)
          + (groups == 1 ? "" : "g" + groups)
          + (relu ? "r" : "");
    }
  }

  /**
   * ONNX MatMul with a constant matrix, along the last axis.
   *
   * @param outputs columns of the matrix
   */
  record Product(int outputs) implements Link {
    public Product {
      requirePositive("outputs", outputs);
    }

    @Override
    public boolean isLayer() {
      return true;
    }

    @Override
    public String id() {
      return "matmul" + outputs;
    }
  }

  /**
   * ONNX Gemm with a bias; what it reads is flattened first unless it has two axes.
   *
   * @param outputs columns of the matrix
   */
  record Dense(int outputs) implements Link {
    public Dense {
      requirePositive("outputs", outputs);
    }

    @Override
    public boolean isLayer() {
      return true;
    }

    @Override
    public String id() {
      return "gemm" + outputs;
    }
  }

  /**
   * Adds the value that stood before the last {@code back} links.
   *
   * @param back links to jump over; the shapes must agree
   * @param relu whether a Relu follows
   */
  record Residual(int back, boolean relu) implements Link {
    public Residual {
      requirePositive("back", back);
    }

    @Override
    public String id() {
      return "add" + back + (relu ? "r" : "");
    }
  }

  /**
   * Puts the value that stood before the last {@code back} links behind this one's channels.
   *
   * @param back links to jump over; height and width must agree
   */
  record Concatenation(int back) implements Link {
    public Concatenation {
      requirePositive("back", back);
    }

    @Override
    public String id() {
      return "concat" + back;
    }
  }

  /** ONNX MaxPool over 2x2 with stride 2. */
  record Halving() implements Link {
    @Override
    public String id() {
      return "maxpool";
    }
  }

  /** ONNX GlobalAveragePool. */
  record GlobalAverage() implements Link {
    @Override
    public String id() {
      return "average";
    }
  }

  /**
   * The operators that exporters write for a piece of a transformer.
   *
   * @param piece which
   */
  record Transformer(Piece piece) implements Link {

    /** Pieces of a transformer without weights worth quantizing. */
    public enum Piece {
      /** Adds one value per column. */
      BIAS,
      /** x (1 + erf(x / sqrt 2)) / 2. */
      GELU,
      /** Each row to mean 0 and deviation 1, then scale and offset per column. */
      NORMALIZATION,
      /** The value times its own transpose, softmax, times the value: attention without heads. */
      ATTENTION
    }

    @Override
    public String id() {
      return piece.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", not at least 1");
    }
  }
}
