package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Measures every layer in every scheme that it is offered, all other layers float, on the outputs
 * and on the metric. The plans run side by side on the caller's executor.
 */
public final class SensitivityAnalyser {
  private final AccuracyEvaluator evaluator;
  private final SampleSet samples;
  private final Executor workers;

  /**
   * @param samples a few hundred, such as {@code data.search().subset(512, random)}; forgotten by
   *     the evaluator when an analysis ends
   * @param workers runs one plan per task; owned by the caller
   */
  public SensitivityAnalyser(AccuracyEvaluator evaluator, SampleSet samples, Executor workers) {
    this.evaluator = evaluator;
    this.samples = samples;
    this.workers = workers;
  }

  /** Told of each new entry, one at a time, from a worker's thread. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Takes note of an entry.
     *
     * @param entry just measured
     * @param done entries there are so far, known ones included
     * @param total entries there will be
     */
    void measured(Sensitivity.Entry entry, int done, int total);
  }

  /**
   * Measures what is not known yet.
   *
   * @param layers all layers of the network, in order
   * @param offered schemes of a layer; F32 is left out, it costs nothing by definition, and so is
   *     what a layer of the same group is not offered
   * @param lowering makes the deployable model of a plan; a {@link RuntimeFailure} from it counts
   *     as the plan's failure
   * @param known entries measured before on the same samples, taken over as they are
   * @param stop ends the analysis early when true: the result is then incomplete
   */
  public Sensitivity analyse(
      List<Layer> layers,
      Function<Layer, List<Scheme>> offered,
      Function<Plan, byte[]> lowering,
      List<Sensitivity.Entry> known,
      BooleanSupplier stop,
      Progress progress) {
    return measured(layers, offered, plan -> lowered(lowering, plan), known, stop, progress);
  }

  /**
   * As above, for plans that are opened without being made into a model first.
   *
   * @param opening opens the model of a plan, which is closed here; a {@link RuntimeFailure} from
   *     it counts as the plan's failure
   */
  public Sensitivity analyseOpened(
      List<Layer> layers,
      Function<Layer, List<Scheme>> offered,
      Function<Plan, Session> opening,
      List<Sensitivity.Entry> known,
      BooleanSupplier stop,
      Progress progress) {
    return measured(
        layers,
        offered,
        plan -> evaluator.score(() -> opening.apply(plan), samples),
        known,
        stop,
        progress);
  }

  private Sensitivity measured(
      List<Layer> layers,
      Function<Layer, List<Scheme>> offered,
      Function<Plan, Outcome> scorer,
      List<Sensitivity.Entry> known,
      BooleanSupplier stop,
      Progress progress) {
    evaluator.reference(samples);
    try {
      Run run = new Run(layers, offered, scorer, stop, progress);
      return run.go(known);
    } finally {
      evaluator.forget(samples);
    }
  }

  private Outcome lowered(Function<Plan, byte[]> lowering, Plan plan) {
    byte[] model;
    try {
      model = lowering.apply(plan);
    } catch (RuntimeFailure e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
    return evaluator.score(model, samples);
  }

  /** The layers that change together, in one scheme. */
  private record Cell(List<Layer> group, Scheme scheme) {}

  private record Key(String layerName, Scheme scheme) {}

  private final class Run {
    private final Plan base;
    private final List<Cell> cells = new ArrayList<>();
    private final Function<Plan, Outcome> scorer;
    private final BooleanSupplier stop;
    private final Progress progress;
    private final Map<Key, Sensitivity.Entry> measured = new HashMap<>();
    private int total;
    private boolean broken;

    Run(
        List<Layer> layers,
        Function<Layer, List<Scheme>> offered,
        Function<Plan, Outcome> scorer,
        BooleanSupplier stop,
        Progress progress) {
      this.base = Plan.uniform(layers.size(), Scheme.F32);
      this.scorer = scorer;
      this.stop = stop;
      this.progress = progress;
      Map<String, List<Layer>> groups = new LinkedHashMap<>();
      layers.forEach(l -> groups.computeIfAbsent(l.group(), g -> new ArrayList<>()).add(l));
      for (List<Layer> group : groups.values()) {
        for (Scheme scheme : common(group, offered)) {
          if (scheme != Scheme.F32) {
            cells.add(new Cell(group, scheme));
            total += group.size();
          }
        }
      }
    }

    /** Tied weights have one scheme, and not every reader of them may run every scheme. */
    private static List<Scheme> common(List<Layer> group, Function<Layer, List<Scheme>> offered) {
      List<Scheme> schemes = new ArrayList<>(offered.apply(group.get(0)));
      for (Layer layer : group.subList(1, group.size())) {
        schemes.retainAll(offered.apply(layer));
      }
      return schemes;
    }

    Sensitivity go(List<Sensitivity.Entry> known) {
      Map<Key, Sensitivity.Entry> before = new HashMap<>();
      known.forEach(entry -> before.put(new Key(entry.layerName(), entry.scheme()), entry));
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (Cell cell : cells) {
        Sensitivity.Entry first = before.get(new Key(cell.group().get(0).name(), cell.scheme()));
        if (first != null) {
          entries(cell, first.outcome()).forEach(this::keep);
        }
      }
      for (Cell cell : cells) {
        if (!isMeasured(cell)) {
          running.add(CompletableFuture.runAsync(() -> measure(cell), workers));
        }
      }
      running.forEach(Run::await);
      List<Sensitivity.Entry> entries = all();
      return new Sensitivity(
          evaluator.metric().id(),
          samples.size(),
          evaluator.settings().confidence(),
          entries.size() == total,
          entries);
    }

    private static void await(CompletableFuture<Void> future) {
      try {
        future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }

    private void measure(Cell cell) {
      if (isBroken() || stop.getAsBoolean()) {
        return;
      }
      try {
        Plan plan = base;
        for (Layer layer : cell.group()) {
          plan = plan.with(layer.index(), cell.scheme());
        }
        report(entries(cell, scorer.apply(plan)));
      } catch (RuntimeException | Error e) {
        breakOff();
        throw e;
      }
    }

    private List<Sensitivity.Entry> entries(Cell cell, Outcome outcome) {
      return cell.group().stream()
          .map(l -> new Sensitivity.Entry(l.index(), l.name(), cell.scheme(), outcome))
          .toList();
    }

    private synchronized void report(List<Sensitivity.Entry> entries) {
      for (Sensitivity.Entry entry : entries) {
        keep(entry);
        progress.measured(entry, measured.size(), total);
      }
    }

    private synchronized void keep(Sensitivity.Entry entry) {
      measured.put(new Key(entry.layerName(), entry.scheme()), entry);
    }

    private synchronized boolean isMeasured(Cell cell) {
      return measured.containsKey(new Key(cell.group().get(0).name(), cell.scheme()));
    }

    private synchronized List<Sensitivity.Entry> all() {
      return List.copyOf(measured.values());
    }

    private synchronized boolean isBroken() {
      return broken;
    }

    private synchronized void breakOff() {
      broken = true;
    }
  }
}
