package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How large the files of plans are, without making them. The graph of a plan is assembled as ever,
 * around weights of which only lengths are known. Thread-safe.
 */
public final class PlanSizes {
  /** Plans that choices are tried in: four cost twice the time and bring sums little nearer. */
  private static final int COMPANY = 2;

  private final PlanLowering lowering;

  /** By weight and shape. Weights that were made for one plan alone are forgotten. */
  private final Map<Object, Map<List<Long>, StoredForm>> forms =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * Layers that take the same one of some schemes.
   *
   * @param layers their indices
   * @param schemes at least one
   */
  public record Choice(List<Integer> layers, List<Scheme> schemes) {
    public Choice {
      layers = List.copyOf(layers);
      schemes = List.copyOf(schemes);
      if (schemes.isEmpty()) {
        throw new IllegalArgumentException("no scheme for layers " + layers);
      }
    }

    private Plan in(Plan plan, Scheme scheme) {
      Plan changed = plan;
      for (int layer : layers) {
        changed = changed.with(layer, scheme);
      }
      return changed;
    }
  }

  /**
   * Sizes of files as sums over choices.
   *
   * @param unsavedBytes of a file that saves nothing but has all that choices share
   * @param saved bytes that each scheme of each choice saves against float weights; may be negative
   */
  @SuppressWarnings("ArrayRecordComponent") // read at once
  public record Savings(long unsavedBytes, long[][] saved) {}

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

  /**
   * What each scheme of each choice saves in company: the mean over random plans, in which one
   * choice changes at a time. Alone, a layer would pay for all that it shares with others in most
   * plans: tables that unpack narrow weights, constants, the grids between integer layers.
   *
   * @param choices for all layers that are not to stay float; no layer in two of them
   * @param random draws the plans
   */
  public Savings savings(List<Choice> choices, Random random) {
    long[][] saved = choices.stream().map(c -> new long[c.schemes().size()]).toArray(long[][]::new);
    List<int[]> company = new ArrayList<>();
    Map<Plan, Long> sizes = new HashMap<>();
    long bytes = 0;
    for (int i = 0; i < COMPANY; i++) {
      int[] drawn = choices.stream().mapToInt(c -> random.nextInt(c.schemes().size())).toArray();
      Plan plan = plan(choices, drawn);
      company.add(drawn);
      bytes += sizes.computeIfAbsent(plan, this::bytes);
      for (int c = 0; c < saved.length; c++) {
        Choice choice = choices.get(c);
        long unsaved = sizes.computeIfAbsent(choice.in(plan, Scheme.F32), this::bytes);
        for (int s = 0; s < saved[c].length; s++) {
          Plan changed = choice.in(plan, choice.schemes().get(s));
          saved[c][s] += unsaved - sizes.computeIfAbsent(changed, this::bytes);
        }
      }
    }
    for (int[] drawn : company) {
      for (int c = 0; c < drawn.length; c++) {
        bytes += saved[c][drawn[c]] / COMPANY;
      }
    }
    for (long[] sums : saved) {
      Arrays.setAll(sums, s -> sums[s] / COMPANY);
    }
    return new Savings(bytes / COMPANY, saved);
  }

  private Plan plan(List<Choice> choices, int[] drawn) {
    Plan plan = Plan.uniform(lowering.network().layers().size(), Scheme.F32);
    for (int c = 0; c < drawn.length; c++) {
      plan = choices.get(c).in(plan, choices.get(c).schemes().get(drawn[c]));
    }
    return plan;
  }
}
