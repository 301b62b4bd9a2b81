package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * What a found front is compared with. Where the front can be solved, the exact one. Elsewhere the
 * best one known: a local search that, unlike the searches under test, sees the true damages for
 * free and spends hundreds of thousands of them, starting from the exact front of the instance
 * without its pair terms.
 *
 * <p>A plan's neighbours differ in one choice or in two; what beats a member of the front takes its
 * place, until the neighbours of all members were tried.
 */
public final class KnownFront {
  private static final int DOUBLE_MOVES = 400;
  private static final int ROUNDS = 3;

  private final TableInstance instance;
  private final TableShape shape;
  private final Random random;
  private final TreeMap<Double, Member> members = new TreeMap<>();

  @SuppressWarnings("ArrayRecordComponent") // compared by identity alone
  private record Member(int[] options, double damage, boolean[] tried) {}

  private KnownFront(TableInstance instance, long seed) {
    this.instance = instance;
    this.shape = instance.shape();
    this.random = new Random(seed);
  }

  /** The front as (cost, true damage), from the cheapest point to the dearest. */
  public static List<TablePoint> of(TableInstance instance, long seed) {
    Optional<List<TablePoint>> exact = ExactFront.of(instance);
    return exact.orElseGet(() -> new KnownFront(instance, seed).search());
  }

  /** The front of an instance whose exact one is known. */
  private List<TablePoint> search() {
    for (int gene = 0; gene <= shape.genes(); gene++) {
      int[] start = shape.options(shape.dearest());
      int[] lean = shape.options(shape.cheapest());
      System.arraycopy(lean, 0, start, 0, gene);
      offer(start);
    }
    for (int round = 0; round < ROUNDS; round++) {
      List<Member> open = open();
      while (!open.isEmpty()) {
        for (Member member : open) {
          expand(member);
        }
        open = open();
      }
      members.values().forEach(member -> member.tried()[0] = false);
    }
    List<TablePoint> front = new ArrayList<>();
    members.forEach(
        (cost, member) ->
            front.add(
                new TablePoint(
                    Arrays.stream(shape.plan(member.options())).boxed().toList(),
                    cost,
                    member.damage())));
    return front;
  }

  private List<Member> open() {
    return members.values().stream().filter(member -> !member.tried()[0]).toList();
  }

  private void expand(Member member) {
    member.tried()[0] = true;
    int[] near = member.options().clone();
    for (int gene = 0; gene < near.length; gene++) {
      for (int option = 0; option < shape.options(gene); option++) {
        near[gene] = option;
        offer(near);
      }
      near[gene] = member.options()[gene];
    }
    for (int move = 0; move < DOUBLE_MOVES; move++) {
      int a = random.nextInt(near.length);
      int b = random.nextBoolean() ? Math.min(a + 1, near.length - 1) : random.nextInt(near.length);
      near[a] = random.nextInt(shape.options(a));
      near[b] = random.nextInt(shape.options(b));
      offer(near);
      near[a] = member.options()[a];
      near[b] = member.options()[b];
    }
  }

  private void offer(int[] options) {
    int[] plan = shape.plan(options);
    double cost = shape.cost(plan);
    double damage = instance.trueDamage(plan);
    Map.Entry<Double, Member> cheaper = members.floorEntry(cost);
    if (cheaper != null && cheaper.getValue().damage() <= damage) {
      return;
    }
    Map.Entry<Double, Member> dearer = members.ceilingEntry(cost);
    while (dearer != null && dearer.getValue().damage() >= damage) {
      members.remove(dearer.getKey());
      dearer = members.higherEntry(cost);
    }
    members.put(cost, new Member(options.clone(), damage, new boolean[1]));
  }
}
