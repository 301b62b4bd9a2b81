package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.PlanSizes;
import dev.mixtune.evaluators.DamageAnalyser;
import dev.mixtune.evaluators.KlDamage;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Builds the menus of a study: the schemes that each group of layers may take. */
final class MenuBuilder {
  /** Sizes of entries are the same for every study with the same menus. */
  private static final long COMPANY_SEED = 1;

  private final Workbench bench;
  private final Supplier<PlanLowering> lowering;
  private final WidthRules rules;
  private Implementations implementations = Implementations.NONE;
  private Function<Sensitivity, DamageAnalyser> judge = KlDamage::new;

  MenuBuilder(Workbench bench, RunOptions options) {
    this(bench, options, bench::lowering);
  }

  /**
   * @param lowering says what the engine can lower; asked once menus are built
   */
  MenuBuilder(Workbench bench, RunOptions options, Supplier<PlanLowering> lowering) {
    this.bench = bench;
    this.lowering = lowering;
    this.rules = new WidthRules(options, bench.network().layers());
  }

  /**
   * The schemes that a layer may take: what the engine can lower, the target can run and the
   * options allow. A layer whose wanted width does not exist is left as it is.
   */
  List<Scheme> offered(Layer layer) {
    return all(layer).stream().filter(scheme -> !implementations.isLeftOut(layer, scheme)).toList();
  }

  /** From now on, menus hold one implementation for each width. Returns itself. */
  MenuBuilder take(Implementations compared) {
    implementations = compared;
    return this;
  }

  /**
   * From now on, this says what a scheme costs a layer; else it is the measured divergence.
   *
   * @param damages by what was measured
   */
  void judgeBy(Function<Sensitivity, DamageAnalyser> damages) {
    judge = damages;
  }

  /** What {@link #offered} chooses from: every implementation of every width. */
  List<Scheme> all(Layer layer) {
    Set<Scheme> runnable = bench.target().supports(layer.kind());
    Set<Integer> wanted = rules.of(layer);
    List<Scheme> schemes =
        lowering.get().schemes(layer).stream()
            .filter(runnable::contains)
            .filter(scheme -> wanted.contains(scheme.weightBits()))
            .toList();
    return schemes.isEmpty() ? List.of(Scheme.F32) : schemes;
  }

  /**
   * One menu per group of layers. Schemes that failed the analysis are left out. An entry stores
   * what the group's weights take in float, less what it saves in the company of other entries.
   */
  List<Menu> menus(Sensitivity sensitivity) {
    List<Layer> layers = bench.network().layers();
    List<Menu> menus = new ArrayList<>();
    DamageAnalyser damages = judge.apply(sensitivity);
    bench
        .network()
        .groups()
        .forEach(
            (group, members) -> {
              List<MenuEntry> entries = new ArrayList<>();
              for (Scheme scheme : schemesOfAll(members)) {
                damage(sensitivity, damages, layers.get(members.get(0)), scheme)
                    .ifPresent(damage -> entries.add(new MenuEntry(scheme, 0, damage, 0)));
              }
              if (entries.isEmpty()) {
                entries.add(new MenuEntry(Scheme.F32, 0, 0, 0));
              }
              menus.add(new Menu(group, members, entries));
            });
    return sized(menus);
  }

  private List<Menu> sized(List<Menu> menus) {
    List<PlanSizes.Choice> choices =
        menus.stream()
            .map(
                menu ->
                    new PlanSizes.Choice(
                        menu.layerIndices(),
                        menu.entries().stream().map(MenuEntry::scheme).toList()))
            .toList();
    long[][] saved =
        new PlanSizes(lowering.get()).savings(choices, new Random(COMPANY_SEED)).saved();
    List<Menu> sized = new ArrayList<>();
    for (int m = 0; m < saved.length; m++) {
      Menu menu = menus.get(m);
      Layer first = bench.network().layers().get(menu.layerIndices().get(0));
      long floatBytes = first.parameters() * Float.BYTES;
      List<MenuEntry> entries = new ArrayList<>();
      for (int i = 0; i < saved[m].length; i++) {
        MenuEntry entry = menu.entries().get(i);
        long storedBytes = Math.max(1, floatBytes - saved[m][i]);
        entries.add(new MenuEntry(entry.scheme(), storedBytes, entry.damage(), 0));
      }
      sized.add(new Menu(menu.group(), menu.layerIndices(), entries));
    }
    return sized;
  }

  private Set<Scheme> schemesOfAll(List<Integer> members) {
    Set<Scheme> common = new LinkedHashSet<>();
    for (int i = 0; i < members.size(); i++) {
      List<Scheme> schemes = offered(bench.network().layers().get(members.get(i)));
      if (i == 0) {
        common.addAll(schemes);
      } else {
        common.retainAll(schemes);
      }
    }
    return common;
  }

  /** Empty when the scheme failed; the median of the other layers when time ran out before it. */
  private Optional<Double> damage(
      Sensitivity sensitivity, DamageAnalyser damages, Layer layer, Scheme scheme) {
    if (scheme == Scheme.F32) {
      return Optional.of(0.0);
    }
    Optional<Sensitivity.Entry> entry = sensitivity.find(layer.index(), scheme);
    if (entry.isPresent() && entry.get().outcome() instanceof Outcome.Failed) {
      return Optional.empty();
    }
    OptionalDouble damage = damages.damage(layer, scheme);
    if (damage.isEmpty()) {
      return Optional.of(median(damages, scheme));
    }
    return Optional.of(damage.getAsDouble()).filter(Double::isFinite);
  }

  private double median(DamageAnalyser damages, Scheme scheme) {
    double[] known =
        bench.network().layers().stream()
            .filter(layer -> offered(layer).contains(scheme))
            .map(layer -> damages.damage(layer, scheme))
            .flatMapToDouble(OptionalDouble::stream)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    // Nothing known at all: narrower is worse, which is all that seeds need.
    return known.length == 0 ? Math.pow(4, -scheme.weightBits()) : known[known.length / 2];
  }
}
