package dev.mixtune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The implementations that a layer could have at one width, timed alone and compared with float.
 *
 * <p>For each width the menu keeps one: the fastest whose error is not worse than that of the first
 * in the order of {@link Scheme}, the one that the oldest runtimes have. Where times are equal
 * within the stopwatch's error the smaller error decides, and where errors are equal too the
 * arithmetic of the next wider width: plans that mix widths then stay on the same kernels.
 *
 * @param alternatives every layer, width and implementation that there is a choice of
 */
record Implementations(List<Alternative> alternatives) {
  /** What counts as the same time: one-layer models repeat no better than this. */
  static final double SAME_TIME = 0.05;

  /** What counts as the same error. */
  static final double SAME_ERROR = 0.1;

  /** What block-wise kernels have unless another size is measured to be better. */
  private static final int USUAL_BLOCK = Scheme.W8_BLOCK.blockSize();

  private static final ObjectMapper JSON = new ObjectMapper();

  /** No choice anywhere. */
  static final Implementations NONE = new Implementations(List.of());

  Implementations {
    alternatives = List.copyOf(alternatives);
  }

  /**
   * One implementation of one layer.
   *
   * @param layer its index
   * @param scheme its short name
   * @param timeRatio of the layer alone, by the float layer's time on the same target
   * @param error root mean square of the output's error by that of the output itself, of all layers
   *     of this shape together: neighbours that share an input had better share an implementation.
   *     Of one of them where the implementation is too slow to be taken
   */
  record Alternative(int layer, String scheme, double timeRatio, double error) {
    Alternative {
      if (layer < 0 || !(timeRatio > 0) || !(error >= 0)) {
        throw new IllegalArgumentException(
            "layer " + layer + ", " + scheme + ": time " + timeRatio + ", error " + error);
      }
    }

    Scheme of() {
      return Scheme.ofId(scheme);
    }
  }

  /** The implementations of a layer by width, widest first. */
  SortedMap<Integer, List<Alternative>> of(Layer layer) {
    return of(layer.index());
  }

  /** The same of the layer at this position. */
  SortedMap<Integer, List<Alternative>> of(int layer) {
    SortedMap<Integer, List<Alternative>> byWidth = new TreeMap<>(Comparator.reverseOrder());
    for (Alternative alternative : alternatives) {
      if (alternative.layer() == layer) {
        byWidth
            .computeIfAbsent(alternative.of().weightBits(), bits -> new ArrayList<>())
            .add(alternative);
      }
    }
    return byWidth;
  }

  /**
   * Whether another implementation of the same width stands for this one. Where nothing was
   * compared, all stay but the large blocks: they are there to be compared only.
   */
  boolean isLeftOut(Layer layer, Scheme scheme) {
    boolean compared =
        alternatives.stream()
            .anyMatch(each -> each.layer() == layer.index() && each.of() == scheme);
    return compared
        ? taken(layer).stream().noneMatch(each -> each.of() == scheme)
        : scheme.blockSize() > USUAL_BLOCK;
  }

  /** What the menu of a layer keeps, one for each width. */
  List<Alternative> taken(Layer layer) {
    return taken(layer.index());
  }

  /** The same of the layer at this position. */
  List<Alternative> taken(int layer) {
    List<Alternative> taken = new ArrayList<>();
    for (List<Alternative> width : of(layer).values()) {
      Optional<Arithmetic> wider =
          taken.isEmpty()
              ? Optional.empty()
              : Optional.of(taken.get(taken.size() - 1).of().arithmetic());
      taken.add(taken(width, wider));
    }
    return taken;
  }

  private static Alternative taken(List<Alternative> width, Optional<Arithmetic> wider) {
    Alternative bar = width.stream().min(Comparator.comparing(Alternative::of)).orElseThrow();
    List<Alternative> asGood = within(width, Alternative::error, bar.error() * (1 + SAME_ERROR));
    List<Alternative> fastest =
        within(asGood, Alternative::timeRatio, least(asGood, Alternative::timeRatio, SAME_TIME));
    List<Alternative> best =
        within(fastest, Alternative::error, least(fastest, Alternative::error, SAME_ERROR));
    return best.stream()
        .filter(each -> wider.isPresent() && each.of().arithmetic() == wider.get())
        .findFirst()
        .orElseGet(() -> best.stream().min(Comparator.comparing(Alternative::of)).orElseThrow());
  }

  /**
   * Whether an implementation can be taken, whatever its error: it must not be slower than the one
   * that the others are compared with, since that one is good enough.
   *
   * @param ratios times of all implementations of all widths, by the float layer's
   */
  static boolean mayBeTaken(Scheme scheme, Map<Scheme, Double> ratios) {
    double most =
        ratios.entrySet().stream()
            .filter(each -> each.getKey().weightBits() == scheme.weightBits())
            .min(Map.Entry.comparingByKey())
            .map(Map.Entry::getValue)
            .orElse(Double.POSITIVE_INFINITY);
    return ratios.getOrDefault(scheme, Double.POSITIVE_INFINITY) <= most * (1 + SAME_TIME);
  }

  /** The least figure, and what counts as equal to it. */
  private static double least(
      List<Alternative> some, ToDoubleFunction<Alternative> figure, double equal) {
    return some.stream().mapToDouble(figure).min().orElseThrow() * (1 + equal);
  }

  private static List<Alternative> within(
      List<Alternative> some, ToDoubleFunction<Alternative> figure, double most) {
    return some.stream().filter(each -> figure.applyAsDouble(each) <= most).toList();
  }

  /** As a document that a study keeps: its menus must not change when it goes on. */
  String write() {
    try {
      return JSON.writeValueAsString(alternatives);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures are always JSON", e);
    }
  }

  /** Reads what {@link #write} wrote. */
  static Implementations read(String json) {
    try {
      return new Implementations(JSON.readValue(json, new TypeReference<List<Alternative>>() {}));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the study's implementations are damaged", e);
    }
  }
}
