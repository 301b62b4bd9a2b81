/**
 * Makes profiles of devices: which small models are timed, how their times become costs, and how a
 * device without a Java machine is timed.
 */
package dev.mixtune.hardware.profiler;
