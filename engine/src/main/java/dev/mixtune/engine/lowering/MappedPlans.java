package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.MappedModel;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.TiledRounding;
import dev.mixtune.engine.runtime.DirectBuffers;
import dev.mixtune.engine.runtime.ForwardingSession;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Opens plans of a model that is too large to be imported: layers with rounded weights get a
 * rounded copy of them, all else is run from where it lies. Activations stay float. Memory grows
 * with the layers that a plan rounds; it is used again when the session is closed.
 */
public final class MappedPlans {
  private static final long LARGEST_COPY = Integer.MAX_VALUE - 8 * Float.BYTES;

  private final MappedModel model;
  private final TiledRounding rounding;
  private final int threads;
  private final DirectBuffers buffers = new DirectBuffers();
  private final int largestBytes;

  /**
   * @param model the model
   * @param method how weights are rounded
   * @param threads intra-operator threads of a session, at least 1
   * @param executor spreads the rounding; not the caller's own
   */
  public MappedPlans(MappedModel model, RoundingMethod method, int threads, Executor executor) {
    this.model = model;
    this.rounding = new TiledRounding(method, executor);
    this.threads = threads;
    // A copy of the largest layer has room for any other: copies of all sizes would add up.
    this.largestBytes =
        model.facts().layers().stream()
            .mapToLong(layer -> layer.parameters() * Float.BYTES)
            .filter(bytes -> bytes <= LARGEST_COPY)
            .mapToInt(Math::toIntExact)
            .max()
            .orElse(0);
  }

  /** A weight read along one axis. */
  private record Key(String weight, int axis, int bits) {}

  /**
   * Opens a plan. The caller closes the session.
   *
   * @param plan of the model's layers, in 8, 4 or 2 stored bits or float
   * @throws RuntimeFailure when ONNX Runtime does not run the model like this
   * @throws IllegalArgumentException when the plan has other schemes
   */
  public Session open(Plan plan) {
    Map<Key, ByteBuffer> copies = new HashMap<>();
    Map<String, ByteBuffer> replaced = new HashMap<>();
    List<ByteBuffer> lent = new ArrayList<>();
    try {
      for (Layer layer : model.facts().layers()) {
        Scheme scheme = plan.scheme(layer.index());
        if (scheme == Scheme.F32) {
          continue;
        }
        if (!scheme.isStoredOnly()) {
          throw new IllegalArgumentException("layer '" + layer.name() + "' is to be " + scheme);
        }
        Key key = new Key(model.weightName(layer), model.layout(layer).axis(), scheme.weightBits());
        ByteBuffer values = copies.get(key);
        if (values == null) {
          requireRoom(layer);
          ByteBuffer copy = buffers.lend(largestBytes);
          lent.add(copy);
          values = rounded(layer, key.bits(), copy);
          copies.put(key, values);
        }
        replaced.put(layer.name(), values);
      }
      return new Rounded(model.open(replaced, threads), lent);
    } catch (RuntimeException e) {
      lent.forEach(buffers::giveBack);
      throw e;
    }
  }

  private static void requireRoom(Layer layer) {
    if (layer.parameters() * Float.BYTES > LARGEST_COPY) {
      throw new RuntimeFailure(
          "a rounded copy of its " + layer.parameters() + " weights would take 2 GiB or more",
          /* cause= */ null);
    }
  }

  private ByteBuffer rounded(Layer layer, int bits, ByteBuffer copy) {
    int bytes = Math.toIntExact(layer.parameters() * Float.BYTES);
    ByteBuffer values = copy.limit(bytes).slice().order(copy.order());
    rounding.round(model.weights(layer), model.layout(layer), bits, values.asFloatBuffer());
    return values;
  }

  /** Gives the copies back when it is closed. */
  private final class Rounded extends ForwardingSession {
    private final List<ByteBuffer> lent;

    Rounded(Session session, List<ByteBuffer> lent) {
      super(session);
      this.lent = lent;
    }

    @Override
    public void close() {
      super.close();
      lent.forEach(buffers::giveBack);
      // Closed twice, a copy must not be lent twice.
      lent.clear();
    }
  }
}
