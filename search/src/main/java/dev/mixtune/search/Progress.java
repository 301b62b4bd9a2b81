package dev.mixtune.search;

/**
 * Where a search stands.
 *
 * @param generation 0 while seeds are evaluated
 * @param evaluations plans evaluated so far, failed ones included
 * @param frontierSize plans on the frontier
 * @param hypervolume of the frontier, 0..1
 */
public record Progress(int generation, int evaluations, int frontierSize, double hypervolume) {}
