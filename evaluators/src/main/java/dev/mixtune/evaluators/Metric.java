package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What "accuracy" is. Higher is better; a drop is the float model's value minus the plan's.
 *
 * <p>There are two families. A {@link CountMetric} says of each sample whether the answer is right:
 * its value is a share, and its bounds are those of paired proportions. A {@link StatisticMetric}
 * makes one number of each answer and one value of all numbers, such as a correlation: its bounds
 * come from a paired bootstrap.
 *
 * <p>A metric of one's own implements one of the two, has a public constructor without parameters,
 * and is named in its jar's {@code META-INF/services/dev.mixtune.evaluators.Metric}; {@code
 * docs/own-metric.md} shows one from start to end. Metrics are asked from many threads and must not
 * change.
 */
public sealed interface Metric permits CountMetric, StatisticMetric {

  /** The name in task files, such as {@code top1}. */
  String id();

  /** Whether samples need labels: classes for a count metric, numbers for a statistic. */
  boolean needsLabels();

  /** Values per answer below which the metric says nothing. */
  int minimumValues();

  /**
   * Whether the metric understands answers with several decisions, such as one for each step of a
   * text line or each pixel of a map ({@link Row#positions}). Most judge one.
   */
  default boolean readsPositions() {
    return false;
  }

  /** The metrics that are part of the product. */
  static List<Metric> all() {
    return List.of(
        new TopK(1),
        new TopK(5),
        new Fidelity(),
        new PositionFidelity(),
        new StsSpearman(),
        new CosineFidelity());
  }

  /** The names of all metrics, those on the class path included. */
  static List<String> ids() {
    return withOwn(contextLoader()).stream().map(Metric::id).toList();
  }

  /**
   * The metric with this name, of the product's or on the class path.
   *
   * @throws UserException when a metric on the class path cannot be loaded or takes a name that is
   *     in use
   */
  static Optional<Metric> find(String id) {
    return find(id, contextLoader());
  }

  /** The metric with this name, of the product's or of those that a class loader finds. */
  static Optional<Metric> find(String id, ClassLoader loader) {
    return withOwn(loader).stream().filter(metric -> metric.id().equals(id)).findFirst();
  }

  private static ClassLoader contextLoader() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return loader == null ? Metric.class.getClassLoader() : loader;
  }

  private static List<Metric> withOwn(ClassLoader loader) {
    List<Metric> metrics = new ArrayList<>(all());
    try {
      for (Metric own : ServiceLoader.load(Metric.class, loader)) {
        if (metrics.stream().anyMatch(metric -> metric.id().equals(own.id()))) {
          throw new UserException(
              "the metric " + own.getClass().getName() + " calls itself '" + own.id() + "'",
              "That name is in use: give it another id");
        }
        metrics.add(own);
      }
    } catch (ServiceConfigurationError e) {
      throw new UserException(
          "a metric on the class path cannot be loaded: " + e.getMessage(),
          "It needs a public class that implements CountMetric or StatisticMetric, with a public"
              + " constructor without parameters: see docs/own-metric.md",
          e);
    }
    return metrics;
  }
}
