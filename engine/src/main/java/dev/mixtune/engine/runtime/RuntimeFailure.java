package dev.mixtune.engine.runtime;

import org.jspecify.annotations.Nullable;

/** The runtime refused a model or failed while running one. */
public final class RuntimeFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RuntimeFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
