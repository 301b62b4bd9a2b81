package dev.mixtune.engine.runtime;

import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;

/** A session that does what another one does, but for what is overridden. Closes it, too. */
public abstract class ForwardingSession implements Session {
  private final Session session;

  /**
   * @param session does the work
   */
  protected ForwardingSession(Session session) {
    this.session = session;
  }

  @Override
  public List<Port> inputs() {
    return session.inputs();
  }

  @Override
  public List<Port> outputs() {
    return session.outputs();
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    return session.run(inputs);
  }

  @Override
  public Prepared prepare(Map<String, Tensor> inputs) {
    return session.prepare(inputs);
  }

  @Override
  public void close() {
    session.close();
  }
}
