package dev.mixtune.search;

/** Port: says when the search must end because the budget is spent or the user asked for it. */
@FunctionalInterface
public interface Stop {
  /** True once the search must end; never false again afterwards. */
  boolean requested();
}
