package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns the kernels of a lowered plan into columns of a linear model.
 *
 * <p>Four kinds of columns, each a level on which costs can be told apart: a constant; per kind of
 * kernel (operator, arithmetic, bits) the number of uses and the sums of their work; one column for
 * each single use, boundaries between precisions among them, since the place in the network decides
 * what the runtime fuses; one for each pair of layers that follow one another with these kernels,
 * because the runtime keeps the blocked layout of float convolutions from one to the next.
 */
final class KernelTerms {
  /** Sums of work are brought near 1 by it. */
  private static final double WORK_UNIT = 1e6;

  private final boolean inContext;
  private final Map<Object, Integer> columns = new HashMap<>();
  private final List<Level> levels = new ArrayList<>();

  /** What a column tells apart. */
  enum Level {
    CONSTANT,
    KIND,
    USE,
    PAIR
  }

  /** What sets one kind of kernel apart from another. */
  private record Kind(KernelUse.Op op, Arithmetic arithmetic, int bits, Work work) {}

  private enum Work {
    USES,
    MACS,
    ELEMENTS,
    WEIGHTS
  }

  private record Pair(KernelUse first, KernelUse second) {}

  /**
   * @param inContext false for the sum over layers alone, the control that boundaries are held
   *     against: columns of uses, of layers only
   */
  KernelTerms(boolean inContext) {
    this.inContext = inContext;
    column(Level.CONSTANT, Level.CONSTANT);
  }

  /**
   * The same kernels without what does not change them: weights that only differ in how they are
   * stored become the same weights when the session opens, except for block-wise ones.
   */
  static List<KernelUse> asTheyRun(List<KernelUse> kernels) {
    return kernels.stream().map(KernelTerms::asItRuns).toList();
  }

  private static KernelUse asItRuns(KernelUse use) {
    return use.arithmetic() == Arithmetic.BLOCKWISE || use.weightBits() == 0
        ? use
        : new KernelUse(
            use.op(),
            use.arithmetic(),
            0,
            use.name(),
            use.macs(),
            use.inputElements(),
            use.outputElements(),
            use.weightElements());
  }

  /** Columns so far, with their levels. */
  List<Level> levels() {
    return List.copyOf(levels);
  }

  private int column(Object key, Level level) {
    Integer known = columns.get(key);
    if (known != null) {
      return known;
    }
    int made = levels.size();
    columns.put(key, made);
    levels.add(level);
    return made;
  }

  /** The columns of a plan; what was never seen gets columns of its own. */
  SparseRow learned(List<KernelUse> kernels) {
    return row(kernels, this::column);
  }

  /** The columns of a plan as far as they are known. */
  SparseRow known(List<KernelUse> kernels) {
    return row(kernels, (key, level) -> columns.get(key));
  }

  @FunctionalInterface
  private interface Columns {
    @Nullable Integer of(Object key, Level level);
  }

  private SparseRow row(List<KernelUse> kernels, Columns find) {
    SortedMap<Integer, Double> values = new TreeMap<>();
    add(values, find.of(Level.CONSTANT, Level.CONSTANT), 1);
    KernelUse before = null;
    for (KernelUse use : kernels) {
      boolean layer = use.weightElements() > 0;
      if (inContext) {
        addKind(values, use, find);
      }
      if (inContext || layer) {
        add(values, find.of(use, Level.USE), 1);
      }
      if (inContext && layer) {
        if (before != null) {
          add(values, find.of(new Pair(before, use), Level.PAIR), 1);
        }
        before = use;
      }
    }
    return SparseRow.of(values);
  }

  private static void addKind(SortedMap<Integer, Double> values, KernelUse use, Columns find) {
    for (Work work : Work.values()) {
      double amount =
          switch (work) {
            case USES -> 1;
            case MACS -> use.macs() / WORK_UNIT;
            case ELEMENTS -> (use.inputElements() + use.outputElements()) / WORK_UNIT;
            case WEIGHTS -> use.weightElements() / WORK_UNIT;
          };
      if (amount > 0) {
        Kind kind = new Kind(use.op(), use.arithmetic(), use.weightBits(), work);
        add(values, find.of(kind, Level.KIND), amount);
      }
    }
  }

  private static void add(
      SortedMap<Integer, Double> values, @Nullable Integer column, double amount) {
    if (column != null) {
      values.merge(column, amount, Double::sum);
    }
  }
}
