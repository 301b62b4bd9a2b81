/**
 * Models run in processes of their own, so that a crash, a hang or a lack of memory of the runtime
 * costs one candidate and not the night.
 */
package dev.mixtune.cli.worker;
