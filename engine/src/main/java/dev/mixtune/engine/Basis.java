package dev.mixtune.engine;

/** Where a latency figure comes from. */
public enum Basis {
  /** Timed on the device itself. */
  MEASURED("measured"),
  /** A measurement of another device or shape, scaled. */
  SCALED("scaled"),
  /** Computed from published facts about the device. */
  MODELLED("modelled"),
  /** The device has no kernel for it: the time is that of the fallback. */
  NO_KERNEL("no-kernel");

  private final String id;

  Basis(String id) {
    this.id = id;
  }

  /** The name used in files. */
  public String id() {
    return id;
  }
}
