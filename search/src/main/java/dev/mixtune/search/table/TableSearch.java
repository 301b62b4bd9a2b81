package dev.mixtune.search.table;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.GeneticSearch;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import dev.mixtune.search.Objective;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchSettings;
import dev.mixtune.search.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The product's own search on an instance, through its ports: options become schemes, costs become
 * bytes, damages become drops. Damages come from {@link CountedDamages} alone.
 */
public final class TableSearch {
  private static final Latency SAME_FOR_ALL = new Latency(1, 1, 0, Basis.MODELLED);

  /** The schemes that stand for options, dearest option first, by number of options. */
  private static final List<Scheme> STAND_INS =
      List.of(
          Scheme.W8A8,
          Scheme.W4A8,
          Scheme.W2A8,
          Scheme.F16,
          Scheme.W8A8_DYNAMIC,
          Scheme.W4A8_DYNAMIC,
          Scheme.W2A8_DYNAMIC,
          Scheme.W8_BLOCK,
          Scheme.W4_BLOCK,
          Scheme.W2_BLOCK,
          Scheme.F32);

  /** Whole units that the cost axis is measured in when costs are no whole numbers. */
  private static final double UNITS = 1L << 40;

  private final TableShape shape;
  private final int[][] dearestFirst;
  private final long[][] bytes;
  private final CountedDamages damages;

  private TableSearch(CountedDamages damages) {
    this.shape = damages.shape();
    this.damages = damages;
    this.dearestFirst = shape.dearestFirst();
    this.bytes = bytes(shape);
    for (int gene = 0; gene < shape.genes(); gene++) {
      if (shape.options(gene) > STAND_INS.size()) {
        throw new UserException(
            "instance '"
                + shape.name()
                + "': layer "
                + shape.layersOf(gene)[0]
                + " has "
                + shape.options(gene)
                + " options",
            "The search takes at most " + STAND_INS.size() + " per layer.");
      }
    }
  }

  /**
   * Searches until the evaluations are spent or nothing is left to evaluate.
   *
   * @param damages nothing evaluated yet; holds all that was evaluated afterwards
   * @param seed of all randomness
   */
  public static void run(CountedDamages damages, long seed) {
    run(damages, seed, OptionalDouble.empty());
  }

  /**
   * As above, told beyond which damage nothing counts, as a study is by its limit.
   *
   * @param mostDamage above 0; when it is not said, the damage of the cheapest plan
   */
  public static void run(CountedDamages damages, long seed, OptionalDouble mostDamage) {
    TableSearch search = new TableSearch(damages);
    try {
      search.search(seed, mostDamage);
    } catch (CountedDamages.Spent e) {
      // Too few evaluations even for the first picture: what there is counts.
    }
  }

  private void search(long seed, OptionalDouble mostDamage) {
    Isolated isolated = Isolated.measure(damages);
    List<Menu> menus = new ArrayList<>();
    for (int gene = 0; gene < shape.genes(); gene++) {
      menus.add(menu(gene, isolated.damages()[gene]));
    }
    long highest = 0;
    for (long[] gene : bytes) {
      highest += Arrays.stream(gene).max().orElseThrow();
    }
    double drop = mostDamage.orElseGet(() -> damages.damage(shape.cheapest()));
    ReferencePoint corner = new ReferencePoint(drop > 0 ? drop : 1, 1, Math.max(1, highest));
    SearchSettings settings =
        SearchSettings.standard(seed, corner)
            .withObjectives(EnumSet.of(Objective.ACCURACY, Objective.SIZE))
            .withPatience(Integer.MAX_VALUE, 0);
    SearchSpace space = SearchSpace.of(shape.layers(), menus);
    new GeneticSearch(
            space,
            settings,
            damages.points().stream().map(point -> plan(point.plan())).toList(),
            this::evaluate,
            () -> damages.left() == 0,
            progress -> {})
        .run();
  }

  private List<Evaluation> evaluate(List<Plan> plans) {
    List<Evaluation> evaluations = new ArrayList<>();
    for (Plan plan : plans) {
      int[] options = options(plan);
      if (damages.left() == 0 && !damages.knows(options)) {
        break;
      }
      evaluations.add(evaluation(plan, options, damages.damage(options)));
    }
    return evaluations;
  }

  private Evaluation evaluation(Plan plan, int[] options, double damage) {
    long size = 0;
    int[] choices = shape.options(options);
    for (int gene = 0; gene < choices.length; gene++) {
      size += bytes[gene][choices[gene]];
    }
    PairedScore score = new PairedScore(1, 0, -damage, damage, damage, 0, 0, 0);
    return new Evaluation(plan, score, SAME_FOR_ALL, size, 8, "", null);
  }

  private Menu menu(int gene, double[] isolated) {
    List<MenuEntry> entries = new ArrayList<>();
    double before = 0;
    for (int rank = 0; rank < isolated.length; rank++) {
      int option = dearestFirst[gene][rank];
      // Rising, so that noise strikes nothing out: the search finds out what is not worth it.
      double damage = Math.max(isolated[option], rank == 0 ? 0 : before * (1 + 1e-9) + 1e-12);
      entries.add(new MenuEntry(STAND_INS.get(rank), bytes[gene][option], damage, 0));
      before = damage;
    }
    return new Menu("g" + gene, Arrays.stream(shape.layersOf(gene)).boxed().toList(), entries);
  }

  private Plan plan(List<Integer> options) {
    Scheme[] schemes = new Scheme[shape.layers()];
    for (int gene = 0; gene < shape.genes(); gene++) {
      int rank = 0;
      while (dearestFirst[gene][rank] != options.get(shape.layersOf(gene)[0])) {
        rank++;
      }
      for (int layer : shape.layersOf(gene)) {
        schemes[layer] = STAND_INS.get(rank);
      }
    }
    return new Plan(Arrays.asList(schemes));
  }

  private int[] options(Plan plan) {
    int[] options = new int[shape.genes()];
    for (int gene = 0; gene < options.length; gene++) {
      options[gene] = dearestFirst[gene][STAND_INS.indexOf(plan.scheme(shape.layersOf(gene)[0]))];
    }
    return shape.plan(options);
  }

  /** Costs above each choice's least, as whole numbers in the same order. */
  private static long[][] bytes(TableShape shape) {
    double[][] above = new double[shape.genes()][];
    boolean whole = true;
    double total = 0;
    for (int gene = 0; gene < above.length; gene++) {
      above[gene] = new double[shape.options(gene)];
      double least = Double.POSITIVE_INFINITY;
      for (int option = 0; option < above[gene].length; option++) {
        least = Math.min(least, shape.cost(gene, option));
      }
      double most = 0;
      for (int option = 0; option < above[gene].length; option++) {
        above[gene][option] = shape.cost(gene, option) - least;
        whole &= above[gene][option] == Math.rint(above[gene][option]);
        most = Math.max(most, above[gene][option]);
      }
      total += most;
    }
    double scale = (whole && total < UNITS) || total == 0 ? 1 : UNITS / total;
    long[][] bytes = new long[above.length][];
    for (int gene = 0; gene < bytes.length; gene++) {
      bytes[gene] =
          Arrays.stream(above[gene]).mapToLong(cost -> Math.round(cost * scale)).toArray();
    }
    return bytes;
  }
}
