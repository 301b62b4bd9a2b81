package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.results.Frontier;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import dev.mixtune.search.SearchSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Layers that share a choice, and the schemes that a study could give them.
 *
 * @param group its name
 * @param layers their positions in the plan
 * @param schemes widest first
 */
record LayerChoice(String group, List<Integer> layers, List<Scheme> schemes) {

  /** The choices of a study: what was analysed, and whatever else its plans hold. */
  static List<LayerChoice> of(ExplainedStudy study) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    List<Frontier.LayerFacts> facts = study.frontier().layers();
    for (int layer = 0; layer < facts.size(); layer++) {
      groups.computeIfAbsent(facts.get(layer).group(), g -> new ArrayList<>()).add(layer);
    }
    List<LayerChoice> choices = new ArrayList<>();
    groups.forEach((group, layers) -> choices.add(of(study, group, layers)));
    return choices;
  }

  private static LayerChoice of(ExplainedStudy study, String group, List<Integer> layers) {
    int first = layers.get(0);
    TreeSet<Scheme> schemes =
        new TreeSet<>(
            Comparator.comparingInt(Scheme::weightBits)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    study.sensitivity().entries().stream()
        .filter(entry -> entry.layerIndex() == first)
        .forEach(entry -> schemes.add(entry.scheme()));
    for (Evaluation evaluation : study.evaluations()) {
      schemes.add(evaluation.plan().scheme(first));
    }
    schemes.add(study.base().plan().scheme(first));
    return new LayerChoice(group, layers, List.copyOf(schemes));
  }

  /** The space of these choices, with what is believed of each entry beforehand. */
  static SearchSpace space(ExplainedStudy study, List<LayerChoice> choices) {
    List<Menu> menus = new ArrayList<>();
    for (LayerChoice choice : choices) {
      menus.add(
          new Menu(
              choice.group(),
              choice.layers(),
              choice.schemes().stream().map(scheme -> choice.entry(study, scheme)).toList()));
    }
    return SearchSpace.of(study.frontier().layers().size(), menus);
  }

  private MenuEntry entry(ExplainedStudy study, Scheme scheme) {
    long weights = 0;
    double macs = 0;
    for (int layer : layers) {
      weights += study.frontier().layers().get(layer).parameters();
      macs += study.frontier().layers().get(layer).macs();
    }
    double damage =
        study
            .sensitivity()
            .find(layers.get(0), scheme)
            .map(Sensitivity.Entry::kl)
            .filter(Double::isFinite)
            .orElse(0.0);
    double time = macs * (scheme.arithmetic().isInteger() ? 0.5 : 1);
    return new MenuEntry(
        scheme, Math.max(1, weights * scheme.weightBits() / 8), Math.max(0, damage), time);
  }

  /** The scheme that a plan gives these layers. */
  Scheme in(Plan plan) {
    return plan.scheme(layers.get(0));
  }

  /** A plan with another scheme for these layers. */
  Plan changed(Plan plan, Scheme scheme) {
    Plan changed = plan;
    for (int layer : layers) {
      changed = changed.with(layer, scheme);
    }
    return changed;
  }

  /** The next narrower width; among its schemes the one that computes like this one. */
  Optional<Scheme> narrower(Scheme from) {
    return next(from, scheme -> scheme.weightBits() < from.weightBits(), /* widest= */ true);
  }

  /** The next wider width; among its schemes the one that computes like this one. */
  Optional<Scheme> wider(Scheme from) {
    return next(from, scheme -> scheme.weightBits() > from.weightBits(), /* widest= */ false);
  }

  private Optional<Scheme> next(Scheme from, Predicate<Scheme> side, boolean widest) {
    Comparator<Scheme> byWidth = Comparator.comparingInt(Scheme::weightBits);
    return schemes.stream()
        .filter(side)
        .min(
            (widest ? byWidth.reversed() : byWidth)
                .thenComparing(scheme -> scheme.arithmetic() != from.arithmetic())
                .thenComparing(Comparator.naturalOrder()));
  }
}
