package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Plan;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How large the files of plans are, without making them. The graph of a plan is assembled as ever,
 * around weights of which only lengths are known. Thread-safe.
 */
public final class PlanSizes {
  private final PlanLowering lowering;

  /** By weight and shape. Weights that were made for one plan alone are forgotten. */
  private final Map<Object, Map<List<Long>, StoredForm>> forms =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * @param lowering would make the files
   */
  public PlanSizes(PlanLowering lowering) {
    this.lowering = lowering;
  }

  /**
   * Bytes of the deployable file of a plan.
   *
   * @throws IllegalArgumentException as {@link PlanLowering#lower} does
   */
  public long bytes(Plan plan) {
    return HollowTensors.fileBytes(lowering.assemble(plan, this::form).builder().build());
  }

  private StoredForm form(Object weight, List<Long> shape, Supplier<StoredForm> made) {
    return forms
        .computeIfAbsent(weight, key -> new ConcurrentHashMap<>())
        .computeIfAbsent(shape, key -> made.get().hollow());
  }
}
