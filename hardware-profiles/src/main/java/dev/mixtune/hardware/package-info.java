/**
 * Targets: what a device can run and what it costs.
 *
 * <p>Two kinds of latency live here and are never mixed up. {@link dev.mixtune.hardware.HostTimer}
 * measures on this machine; {@link dev.mixtune.hardware.ProfileLatencyModel} predicts from a
 * profile file and says which share of the predicted time is modelled.
 */
package dev.mixtune.hardware;
