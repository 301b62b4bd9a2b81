package dev.mixtune.cli;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ForwardingSession;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** A session that ends with a {@link CancellationException} at the next run once it is to stop. */
final class StoppableSession extends ForwardingSession {
  private final BooleanSupplier stop;

  /**
   * @param session closed with this one
   * @param stop true when no further run is wanted
   */
  StoppableSession(Session session, BooleanSupplier stop) {
    super(session);
    this.stop = stop;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped between two runs");
    }
    return super.run(inputs);
  }
}
