package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.engine.runtime.Session.Prepared;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Times a candidate against the float model on this machine, interleaved in one loop.
 *
 * <p>The ratio is the median of the ratios of neighbouring runs, not the ratio of two medians: a
 * slow spell of the machine hits both runs of a pair and cancels, and the pairs have a
 * distribution-free interval, which a ratio of medians has not. The order within a pair alternates,
 * so that being second favours nobody.
 *
 * <p>The interval is looked at after pair counts that grow by half each time, so that stopping at a
 * lucky look costs little of the confidence; it is nominal all the same. Holds no state.
 */
public final class HostTimer {
  private final TimerSettings settings;

  /** A timer that stops by these settings. */
  public HostTimer(TimerSettings settings) {
    this.settings = settings;
  }

  /**
   * Times one session against another on the same inputs. Nothing else should run meanwhile.
   *
   * @param candidate what is timed; stays open
   * @param floatModel the anchor; stays open
   * @param inputs one tensor per input name, at the deployment batch
   */
  public HostTiming time(Session candidate, Session floatModel, Map<String, Tensor> inputs) {
    try (Prepared timed = candidate.prepare(inputs);
        Prepared anchor = floatModel.prepare(inputs)) {
      return time(timed, anchor);
    }
  }

  /** Times one bound model against another. */
  public HostTiming time(Prepared candidate, Prepared floatModel) {
    for (int i = 0; i < settings.warmUpPairs(); i++) {
      floatModel.runNanos();
      candidate.runNanos();
    }
    Block steadiest = measure(candidate, floatModel);
    int blocks = 1;
    while (steadiest.drift() > settings.driftLimit() && blocks < settings.mostBlocks()) {
      Block again = measure(candidate, floatModel);
      blocks++;
      if (again.drift() < steadiest.drift()) {
        steadiest = again;
      }
    }
    return steadiest.timing(blocks);
  }

  private Block measure(Prepared candidate, Prepared floatModel) {
    Block block = new Block();
    int fewest = MedianInterval.leastSamples(settings.confidence());
    int nextLook = Math.max(fewest, settings.leastPairs());
    while (true) {
      block.addPair(candidate, floatModel);
      if (block.size() < fewest) {
        continue;
      }
      if (block.spentNanos >= settings.capNanos()) {
        return block;
      }
      if (block.size() >= nextLook) {
        if (block.ratio().relativeError() <= settings.relativeError()) {
          return block;
        }
        nextLook = block.size() + Math.max(1, block.size() / 2);
      }
    }
  }

  /** The pairs of one uninterrupted loop. */
  private final class Block {
    private final List<Long> candidateNanos = new ArrayList<>();
    private final List<Long> floatNanos = new ArrayList<>();
    private long spentNanos;

    int size() {
      return candidateNanos.size();
    }

    void addPair(Prepared candidate, Prepared floatModel) {
      boolean floatFirst = size() % 2 == 0;
      long first = nanos(floatFirst ? floatModel : candidate);
      long second = nanos(floatFirst ? candidate : floatModel);
      floatNanos.add(floatFirst ? first : second);
      candidateNanos.add(floatFirst ? second : first);
      spentNanos += first + second;
    }

    /** A coarse clock may see nothing pass, and a ratio needs something. */
    private static long nanos(Prepared model) {
      return Math.max(1, model.runNanos());
    }

    MedianInterval ratio() {
      double[] ratios = new double[size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = (double) candidateNanos.get(i) / floatNanos.get(i);
      }
      return MedianInterval.of(ratios, settings.confidence());
    }

    double drift() {
      int half = size() / 2;
      double before = median(floatNanos.subList(0, half));
      double after = median(floatNanos.subList(half, size()));
      return Math.abs(after / before - 1);
    }

    HostTiming timing(int blocks) {
      MedianInterval ratio = ratio();
      double drift = drift();
      return new HostTiming(
          new Latency(
              median(candidateNanos) * 1e-6, ratio.median(), ratio.relativeError(), Basis.MEASURED),
          median(floatNanos) * 1e-6,
          ratio.low(),
          ratio.high(),
          size(),
          blocks,
          drift,
          ratio.relativeError() <= settings.relativeError(),
          drift <= settings.driftLimit());
    }

    private static double median(List<Long> nanos) {
      return MedianInterval.median(nanos.stream().mapToDouble(Long::doubleValue).toArray());
    }
  }
}
