package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;

/**
 * One line of the list of targets.
 *
 * @param name the name that {@code --target} takes
 * @param basis the weakest basis of its latencies
 * @param measuredShare share of the entries that are measured, 0..1; 1 for the host
 * @param modelledShare share of the entries that are modelled or have no kernel, 0..1
 * @param description one line for people
 */
public record TargetSummary(
    String name, Basis basis, double measuredShare, double modelledShare, String description) {}
