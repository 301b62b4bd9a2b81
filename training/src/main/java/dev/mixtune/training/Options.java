package dev.mixtune.training;

import java.nio.file.Path;

/**
 * What the command line asks for.
 *
 * @param data folder of the four gzipped IDX files
 * @param out folder that receives the example
 * @param seed fixes initial weights, order and augmentation of the images
 * @param epochs passes over the training images
 * @param threads threads of the PyTorch engine; the sums inside it depend on their number
 */
record Options(Path data, Path out, int seed, int epochs, int threads) {
  static final String USAGE =
      """
      Trains the bundled example network and writes it with its data.

        --data DIR     folder of the data set       (/usr/share/datasets/fashion-mnist)
        --out DIR      folder to write              (examples/fashion-mnist)
        --seed N       fixes everything random      (1)
        --epochs N     passes over the training set (20)
        --threads N    threads of PyTorch           (2)
      """;

  private static final Options DEFAULTS =
      new Options(
          Path.of("/usr/share/datasets/fashion-mnist"),
          Path.of("examples/fashion-mnist"),
          1,
          20,
          2);

  Options {
    if (epochs < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "--epochs %d and --threads %d: both must be 1 or more.".formatted(epochs, threads));
    }
  }

  /**
   * Reads pairs of an option and its value.
   *
   * @throws IllegalArgumentException if an option is unknown, lacks its value, or has one that is
   *     no number in range
   */
  static Options parse(String... arguments) {
    Options options = DEFAULTS;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("%s: the value is missing.".formatted(arguments[i]));
      }
      options = options.with(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  private Options with(String option, String value) {
    return switch (option) {
      case "--data" -> new Options(Path.of(value), out, seed, epochs, threads);
      case "--out" -> new Options(data, Path.of(value), seed, epochs, threads);
      case "--seed" -> new Options(data, out, number(option, value), epochs, threads);
      case "--epochs" -> new Options(data, out, seed, number(option, value), threads);
      case "--threads" -> new Options(data, out, seed, epochs, number(option, value));
      default -> throw new IllegalArgumentException("%s: no such option.".formatted(option));
    };
  }

  private static int number(String option, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("%s %s: not a whole number.".formatted(option, value), e);
    }
  }
}
