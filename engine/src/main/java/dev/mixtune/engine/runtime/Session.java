package dev.mixtune.engine.runtime;

import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;

/**
 * An open model; the opener closes it when nobody uses it any more. Several threads may {@link
 * #run} it at the same time; nothing else is thread-safe.
 */
public interface Session extends AutoCloseable {

  /**
   * A named, typed input or output.
   *
   * @param shape axis lengths; unknown axes are -1
   * @param axes names of the axes as the model calls them, empty where it does not; no names at all
   *     where the runtime does not tell
   */
  record Port(String name, String type, List<Long> shape, List<String> axes) {
    public Port {
      shape = List.copyOf(shape);
      axes = List.copyOf(axes);
    }

    /** A port whose axes have no names. */
    public Port(String name, String type, List<Long> shape) {
      this(name, type, shape, List.of());
    }
  }

  /** Inputs in the model's order. */
  List<Port> inputs();

  /** Outputs in the model's order. */
  List<Port> outputs();

  /**
   * Runs the model once. May be called by several threads side by side.
   *
   * @param inputs one tensor per input name
   * @return the outputs in the model's order
   * @throws RuntimeFailure when the runtime fails
   */
  List<Tensor> run(Map<String, Tensor> inputs);

  /** Binds inputs once so that repeated runs can be timed without copying. */
  Prepared prepare(Map<String, Tensor> inputs);

  @Override
  void close();

  /** Inputs bound to a session. The preparer closes it before the session. */
  interface Prepared extends AutoCloseable {
    /** Runs once and returns the elapsed wall time in nanoseconds. */
    long runNanos();

    @Override
    void close();
  }
}
